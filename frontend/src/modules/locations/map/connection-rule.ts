import { AccuracyRule, type ConnectionRule } from '@fairlead/proto/web/fairlead/locations/v1/locations'

/** All of a rule, none left to the server's defaults. */
export type WholeRule = Required<ConnectionRule> & { withinS: number; episodeGapS: number }

export const defaultRule: WholeRule = {
  distanceM: 100,
  withinS: 60,
  episodeGapS: 300,
  accuracy: AccuracyRule.ACCURACY_RULE_UNSPECIFIED,
}

/** "within 100 m and 60 s" */
export function describeRule({ distanceM, withinS }: WholeRule): string {
  return `within ${distanceM.toLocaleString('en')} m and ${withinS.toLocaleString('en')} s`
}
