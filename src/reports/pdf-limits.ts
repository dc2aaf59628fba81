/**
 * How much of each a document lists: a report of ten thousand subjects stays one that can be
 * printed in seconds and read. What is left out is counted where it is left out.
 */
export const LIMITS = {
  places: 250,
  /** All subjects are listed up to so many; of more, those that missed or were struck. */
  allSubjects: 200,
  struckSubjects: 1500,
  credits: 1000,
  claims: 40,
  outages: 1500,
  malfunctions: 150,
  exclusions: 300,
  timelines: 20,
  heatRows: 30,
  budgets: 24,
  trendRows: 24,
  accounts: 500,
  worst: 10,
  changes: 300,
  /** Characters of a text that people wrote. */
  prose: 6000,
} as const;
