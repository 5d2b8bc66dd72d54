import { parser } from '@prometheus-io/lezer-promql'

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

export interface ServedMetrics {
  readonly series: readonly Series[]
  /** By the name of the metric's family. */
  readonly help: ReadonlyMap<string, string>
  readonly types: ReadonlyMap<string, string>
}

/** What a process serves in Prometheus' text format. */
export function readMetrics(text: string): ServedMetrics {
  const series: Series[] = []
  const help = new Map<string, string>()
  const types = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, keyword, family = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    const told = keyword === 'HELP' ? help : types
    if (keyword !== undefined && told.has(family)) throw new Error(`${keyword} of ${family} stands twice`)
    if (keyword !== undefined) told.set(family, rest)
    const [, name, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+/.exec(line) ?? []
    if (name === undefined) continue
    const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)]
    series.push({ name, labels: Object.fromEntries(pairs.map(([, key, value]) => [key, value])) })
  }
  return { series, help, types }
}

export interface Matcher {
  readonly label: string
  readonly operator: string
  readonly value: string
}

export interface Selector {
  readonly metric: string
  readonly matchers: readonly Matcher[]
}

export interface ParsedQuery {
  readonly selectors: readonly Selector[]
  /** Of by, without, on, ignoring and group. */
  readonly groupings: readonly string[]
}

/** Parses PromQL by Prometheus' own grammar. Throws where it is none. */
export function parsePromql(query: string): ParsedQuery {
  const selectors: { metric: string; matchers: Matcher[] }[] = []
  const groupings: string[] = []
  const textOf = ({ from, to }: { readonly from: number; readonly to: number }) => query.slice(from, to)
  parser.parse(query).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${query}`)
      if (node.name === 'VectorSelector') {
        const metric = node.node.getChild('Identifier')
        selectors.push({ metric: metric === null ? '' : textOf(metric), matchers: [] })
      }
      if (node.name === 'UnquotedLabelMatcher') {
        const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((name) => {
          const child = node.node.getChild(name)
          return child === null ? '' : textOf(child)
        })
        selectors.at(-1)?.matchers.push({
          label: label ?? '',
          operator: operator ?? '',
          value: (value ?? '').slice(1, -1),
        })
      }
      if (node.name === 'GroupingLabels') {
        groupings.push(...node.node.getChildren('LabelName').map(textOf))
      }
    },
  })
  return { selectors, groupings }
}
