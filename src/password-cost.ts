/**
 * What looking at a password costs, in scrypt's parameters: 32 MiB and some 200 ms a guess, the
 * least that OWASP names for so much memory. In a file of its own, so that tests, which look at
 * thousands, can put a cheap one in its place.
 */
export const PASSWORD_COST = { N: 2 ** 15, r: 8, p: 3 };
