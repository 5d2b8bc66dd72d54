import { invalidField } from '../../errors/domain-error.ts'

export interface GivenParameter {
  /** Upper case: names are the same in any case (DALI 1.1, section 3.1). */
  readonly name: string
  readonly value: string
}

/** What a request was given, in its query and then in its form, in order. */
export class Parameters {
  readonly given: readonly GivenParameter[]

  constructor(given: readonly GivenParameter[]) {
    this.given = given
  }

  has(name: string): boolean {
    return this.given.some((each) => each.name === name)
  }

  all(name: string): string[] {
    return this.given.filter((each) => each.name === name).map(({ value }) => value)
  }

  /** @throws INVALID_ARGUMENT when it was given more than once */
  single(name: string): string | undefined {
    const values = this.all(name)
    if (values.length > 1) {
      const text = `was given ${values.length} times, and may be given once.`
      throw invalidField(name, text, 'MULTI_VALUED_PARAM_NOT_SUPPORTED')
    }
    return values[0]
  }

  /** One of a few words, in any case. */
  choice<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.single(name)
    if (value === undefined) return undefined
    return word(name, value, words)
  }

  /** Those words that were given, each once. */
  choices<Word extends string>(name: string, words: readonly Word[]): Word[] {
    return [...new Set(this.all(name).map((value) => word(name, value, words)))]
  }

  without(names: readonly string[]): GivenParameter[] {
    return this.given.filter(({ name }) => !names.includes(name))
  }

  /** @throws INVALID_ARGUMENT naming the first that is none of them */
  refuseOthers(known: readonly string[], where: string): void {
    const [unknown] = this.without(known)
    if (unknown === undefined) return
    const takes = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`
    throw invalidField(unknown.name, `is not a parameter of ${where}; ${takes}.`, 'PARAMETER_UNKNOWN')
  }
}

function word<Word extends string>(name: string, value: string, words: readonly Word[]): Word {
  const upper = value.trim().toUpperCase()
  const found = words.find((each) => each === upper)
  if (found === undefined) throw invalidField(name, `must be one of ${words.join(', ')}.`)
  return found
}
