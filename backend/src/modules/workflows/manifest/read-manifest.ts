import type { z } from 'zod'
import { type ManifestProblem, manifestInvalid } from './manifest-invalid.ts'
import { readYaml, type YamlPath } from './yaml-source.ts'

export interface Manifest<Content> {
  readonly content: Content
  lineOf(path: YamlPath): number
}

/** Throws INVALID_ARGUMENT that names every line of what is wrong. */
export function readManifest<Shape extends z.ZodType>(text: string, shape: Shape): Manifest<z.output<Shape>> {
  const source = readYaml(text)
  const result = shape.safeParse(source.value, { error: sentenceOf })
  if (!result.success) {
    throw manifestInvalid(result.error.issues.flatMap((issue) => problemsOf(issue, source.lineOf)))
  }
  return { content: result.data, lineOf: source.lineOf }
}

function problemsOf(issue: z.core.$ZodIssue, lineOf: (path: YamlPath) => number): readonly ManifestProblem[] {
  const path = issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment))
  const place = pathText(path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      line: lineOf([...path, key]),
      description: `${place === '' ? '' : `${place}: `}there is no field "${key}"`,
    }))
  }
  return [{ line: lineOf(path), description: `${place || 'the manifest'} ${issue.message}` }]
}

/** Of issues whose schema says nothing of its own. */
function sentenceOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined || issue.input === null
      ? 'is missing'
      : `must be ${words(issue.expected)}`
  }
  return issue.code === 'invalid_union' ? 'is not of the right kind' : undefined
}

function words(type: string): string {
  const known: Readonly<Record<string, string>> = {
    string: 'a text (put it in quotes)',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map of fields',
    record: 'a map',
  }
  return known[type] ?? type
}

/** "steps[1].name" */
export function pathText(path: YamlPath): string {
  return path.reduce<string>(
    (text, segment) =>
      typeof segment === 'number' ? `${text}[${segment}]` : text === '' ? segment : `${text}.${segment}`,
    '',
  )
}
