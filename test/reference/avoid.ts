/**
 * What the generated months leave out because the product counts it otherwise than the rules say.
 * Each is mended in the product and then set to false here; when all are, this file goes.
 */
export const AVOID = {
  /** An agreement that first holds from its own month's start, which is later than that of the configuration's zone. */
  agreementsBegunAbroad: true,
  /** An outage's reason from results of a group's target outside its lifetime. */
  reasonsOfTheDead: true,
  /** Targets of a group or another zone that live before or after the month only, where runs and windows reach. */
  neighboursOfOtherMonths: true,
};
