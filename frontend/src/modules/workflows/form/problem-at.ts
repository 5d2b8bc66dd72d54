import type { FieldViolation } from '../../../app/api-error'

/** What is wrong with a field of a request, or with something inside it; undefined when nothing is. */
export function problemAt(violations: readonly FieldViolation[], path: string): string | undefined {
  const found = violations.find(({ field }) => isAt(field, path))
  return found === undefined ? undefined : violationSentence(found)
}

/** What is wrong and shown at none of these fields. */
export function problemsElsewhere(
  violations: readonly FieldViolation[],
  paths: readonly string[],
): readonly string[] {
  return violations.filter(({ field }) => !paths.some((path) => isAt(field, path))).map(violationSentence)
}

function isAt(field: string, path: string): boolean {
  return field === path || field.startsWith(`${path}[`) || field.startsWith(`${path}.`)
}

/** What a form calls fields of requests, as the subject of a sentence. */
const subjects: Readonly<Record<string, string>> = {
  algorithm_id: 'The identifier',
  arguments: 'An argument',
  command: 'The command',
  datasets: 'A dataset',
  default_value: 'The default',
  description: 'The description',
  display_name: 'The name',
  environment: 'The environment',
  image: 'The image',
  max_files: 'The number of files',
  maximum: 'The most',
  minimum: 'The least',
  name: 'The name',
  unit: 'The unit',
  values: 'The choices',
}

/** The server's words on a field, which may go on after its name: "has no digest". */
function violationSentence({ field, description }: FieldViolation): string {
  const last =
    field
      .replaceAll(/\[\d+\]/g, '')
      .split('.')
      .at(-1) ?? ''
  const goesOn = /^(are|does|has|have|holds|is|must|names|stands)\b/.test(description)
  const subject = goesOn ? subjects[last] : undefined
  const sentence = subject === undefined ? description : `${subject} ${description}`
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
