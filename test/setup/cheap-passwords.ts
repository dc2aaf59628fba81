import { vi } from "vitest";

// Tests look at passwords by the hundred. What they really cost is in test/access/passwords.test.ts.
vi.mock("../../src/password-cost.ts", () => ({ PASSWORD_COST: { N: 2 ** 8, r: 8, p: 1 } }));
