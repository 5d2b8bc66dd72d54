import type { FieldViolation } from '../../app/api-error'

/** What a form or a file calls the fields of requests, as the subject of a sentence. */
const subjects: readonly (readonly [RegExp, string])[] = [
  [/display_name$/, 'The name'],
  [/folder$/, 'The folder'],
  [/tags(\[\d+\])?$/, 'A tag'],
  [/description$/, 'The description'],
  [/expire_time$/, 'The day'],
  [/size_bytes$/, 'The size'],
]

/** The server's words on a field, which go on after its name: "has control characters in it." */
export function violationSentence({ field, description }: FieldViolation): string {
  const goesOn = /^\p{Ll}/u.test(description)
  const subject = goesOn ? subjects.find(([pattern]) => pattern.test(field))?.[1] : undefined
  const sentence = subject === undefined ? description : `${subject} ${description}`
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
