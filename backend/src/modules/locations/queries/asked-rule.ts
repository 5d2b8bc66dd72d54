import {
  AccuracyRule as AccuracyRuleMessage,
  type ConnectionRule as ConnectionRuleMessage,
} from '@fairlead/proto/server/fairlead/locations/v1/locations'
import { type AccuracyRule, type ConnectionRule, DEFAULT_RULE } from '../connections/index.ts'

export function askedRule(message: ConnectionRuleMessage | undefined): ConnectionRule {
  return {
    distanceM: message?.distanceM || DEFAULT_RULE.distanceM,
    withinMs: message?.withinS === undefined ? DEFAULT_RULE.withinMs : message.withinS * 1000,
    episodeGapMs: message?.episodeGapS === undefined ? DEFAULT_RULE.episodeGapMs : message.episodeGapS * 1000,
    accuracy: accuracyRule(message?.accuracy),
  }
}

function accuracyRule(message: AccuracyRuleMessage | undefined): AccuracyRule {
  if (message === AccuracyRuleMessage.ACCURACY_RULE_POSSIBLE) return 'possible'
  if (message === AccuracyRuleMessage.ACCURACY_RULE_CERTAIN) return 'certain'
  return 'ignore'
}
