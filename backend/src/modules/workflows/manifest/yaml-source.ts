import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import { manifestInvalid } from './manifest-invalid.ts'

/** Keys of maps and indexes of lists, from the document's root. */
export type YamlPath = readonly (string | number)[]

export interface YamlSource {
  /** Plain objects, lists and scalars. */
  readonly value: unknown
  /** Of what is at the path, or of the nearest thing around it that there is; from 1. */
  lineOf(path: YamlPath): number
}

/** Deeper than any manifest. */
const DEPTH_MAX = 20
/*
 * What takes a parser long, or deep into its stack, is refused before it is parsed; far above what any manifest has.
 */
const LINES_MAX = 5_000
/** Of brackets and commas, those within texts too. */
const MARKS_MAX = 5_000
/** "- - - -": lists in lists on one line. */
const NESTED_LINE = /^(?:[ \t]*[-?:][ \t]){20}/m

/** One YAML 1.2 document without aliases and tags. Throws INVALID_ARGUMENT that names lines. */
export function readYaml(text: string): YamlSource {
  refuseExcess(text)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', customTags: [], merge: false })
  const line = (offset: number) => lines.linePos(offset).line
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    line: line(pos[0]),
    // The parser shows the place below its sentence.
    description: message.split(' at line ')[0]?.split('\n')[0] ?? message,
  }))
  problems.push(...problemsOfNodes(document, line))
  if (problems.length > 0) throw manifestInvalid(problems)
  return { value: document.toJS({ maxAliasCount: 0 }), lineOf: (path) => line(offsetOf(document, path)) }
}

function refuseExcess(text: string): void {
  const last = text.split('\n', LINES_MAX + 1).length
  if (last > LINES_MAX) {
    throw manifestInvalid([
      { line: last, description: `is one more than the ${LINES_MAX} lines that are read` },
    ])
  }
  const many = (text.match(/[[{,]/g)?.length ?? 0) > MARKS_MAX
  if (many || NESTED_LINE.test(text)) {
    throw manifestInvalid([
      { line: 1, description: 'more lists within lists follow than any manifest needs' },
    ])
  }
}

function problemsOfNodes(document: Document.Parsed, line: (offset: number) => number) {
  const problems: { line: number; description: string }[] = []
  visit(document, (_, node, path) => {
    if (node === null || isPair(node)) return undefined
    const at = line((node as Node).range?.[0] ?? 0)
    if (isAlias(node)) {
      problems.push({ line: at, description: `"*${node.source}" is an alias: write out what it stands for` })
    } else if ((isScalar(node) || isCollection(node)) && node.tag !== undefined && !isKnownTag(node.tag)) {
      problems.push({ line: at, description: `"${node.tag}" is a tag: leave it out` })
    }
    if (path.length > 2 * DEPTH_MAX) {
      problems.push({ line: at, description: 'is nested deeper than any manifest needs' })
      return visit.BREAK
    }
    return undefined
  })
  return problems
}

/** YAML 1.2, section 10.3: those of the core schema, which is what texts, numbers, lists and maps are anyway. */
function isKnownTag(tag: string): boolean {
  return /^tag:yaml\.org,2002:(str|int|float|bool|null|seq|map)$/.test(tag)
}

function offsetOf(document: Document.Parsed, path: YamlPath): number {
  let node: unknown = document.contents
  let offset = document.contents?.range?.[0] ?? 0
  for (const segment of path) {
    const found = childOf(node, segment)
    if (found === undefined) break
    offset = found.offset ?? offset
    node = found.node
  }
  return offset
}

/** An index counts in a map too: the fields of a message know nothing of what a manifest writes as a map. */
function childOf(node: unknown, segment: string | number) {
  if (isSeq(node)) {
    const item = typeof segment === 'number' ? node.items[segment] : undefined
    return item === undefined ? undefined : { node: item, offset: (item as Node).range?.[0] }
  }
  if (!isMap(node)) return undefined
  const pair =
    typeof segment === 'number'
      ? node.items[segment]
      : node.items.find(({ key }) => isScalar(key) && String(key.value) === segment)
  return pair === undefined ? undefined : { node: pair.value, offset: (pair.key as Node).range?.[0] }
}
