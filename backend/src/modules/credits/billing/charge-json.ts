import type { ChargeTerms } from './price.ts'

/** Terms as jsonb holds them: amounts as text, which no reader of JSON rounds. */
export interface JsonTerms {
  readonly perJob: string
  readonly perTaskSecond: string
  readonly perOutputGb: string
  readonly free: string
  readonly freeMonth: string
}

export function termsOfJson(json: JsonTerms): ChargeTerms {
  return {
    perJob: BigInt(json.perJob),
    perTaskSecond: BigInt(json.perTaskSecond),
    perOutputGb: BigInt(json.perOutputGb),
    free: BigInt(json.free),
    freeMonth: json.freeMonth,
  }
}

export function jsonOfTerms(terms: ChargeTerms): JsonTerms {
  return {
    perJob: String(terms.perJob),
    perTaskSecond: String(terms.perTaskSecond),
    perOutputGb: String(terms.perOutputGb),
    free: String(terms.free),
    freeMonth: terms.freeMonth,
  }
}
