import { expect, test } from "vitest";
import { scramAnswer } from "../../probes/scram.ts";

// The example of RFC 7677, section 3.
const example = {
  clientFirst: "n=user,r=rOprNGfwEbeRWgbNEkqO",
  clientNonce: "rOprNGfwEbeRWgbNEkqO",
  password: "pencil",
  serverFirst:
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
};
const serverFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

test("the example of RFC 7677 gives its proof and takes its server's word", async () => {
  const answer = await scramAnswer(example);
  expect(answer?.clientFinal).toBe(
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  );
  expect(answer?.isServerFinal(serverFinal)).toBe(true);
});

test("another last word of the server proves nothing", async () => {
  const answer = await scramAnswer(example);
  for (const word of ["", "v=", "v=AAAA", "e=other-error", serverFinal.replace("6rri", "7rri")]) {
    expect(answer?.isServerFinal(word), word).toBe(false);
  }
  const other = await scramAnswer({ ...example, password: "pen" });
  expect(other?.isServerFinal(serverFinal)).toBe(false);
});

test.each([
  "",
  "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0",
  "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=9999999",
  "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096",
  "m=ext,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
])("a challenge that is not in order is not answered: %j", async (serverFirst) => {
  expect(await scramAnswer({ ...example, serverFirst })).toBeNull();
});
