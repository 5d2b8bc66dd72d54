import type { ErasedPerson } from './erasure-store.ts'

/** A shorter text is too likely to be part of another's name. */
const LEAST_CHARACTERS = 3

/** A regular expression of PostgreSQL that finds what the person is called and numbered by; empty where nothing can. */
export function namesOfPerson(
  person: Pick<ErasedPerson, 'personId' | 'displayName' | 'externalId' | 'deviceIds' | 'deviceExternalIds'>,
): string {
  const { personId, displayName, externalId, deviceIds, deviceExternalIds } = person
  return [displayName, externalId ?? '', ...deviceExternalIds, personId, ...deviceIds]
    .filter((text) => text.length >= LEAST_CHARACTERS)
    .map(wholeWords)
    .join('|')
}

/** Finds the text where it is not part of a longer word. */
function wholeWords(text: string): string {
  const escaped = text.replaceAll(/[^\p{L}\p{N}\s]/gu, '\\$&').replaceAll(/\s+/g, '\\s+')
  const begin = /^[\p{L}\p{N}_]/u.test(text) ? '\\m' : ''
  const end = /[\p{L}\p{N}_]$/u.test(text) ? '\\M' : ''
  return `${begin}${escaped}${end}`
}
