import type { TransferState } from './transfer-state.ts'
import { type Transition, transitions } from './transfer-transitions.ts'

const START = '[*]'

/** The table of transitions, in Markdown. */
function transitionTable(): string {
  const head = [
    'From',
    'Action',
    'To',
    'By',
    'Permission',
    'Not by who was',
    'When',
    'Credits',
    'Told',
    'Members see it',
  ]
  const rows = transitions.map((row) => [
    row.from ?? '(new)',
    row.action,
    row.to,
    row.taker,
    row.permission === undefined ? '' : `\`${row.permission}\``,
    row.not.join(', '),
    row.when ?? '',
    row.credits === 'none' ? '' : row.credits,
    row.told,
    row.public ? 'yes' : 'no',
  ])
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

/** The same as a state diagram, in Mermaid. Dotted boxes are of the operator's people alone. */
export function transitionDiagram(): string {
  const hidden = [...new Set(transitions.filter((row) => !row.public).map(({ to }) => to))]
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...transitions.map((row) => `  ${row.from ?? START} --> ${row.to}: ${labelOf(row)}`),
    ...finalStates().map((state) => `  ${state} --> ${START}`),
    '  classDef hidden stroke-dasharray: 4 4',
    `  class ${hidden.join(',')} hidden`,
    '```',
  ].join('\n')
}

function labelOf({ action, taker }: Transition): string {
  return `${action} (${taker})`
}

function finalStates(): TransferState[] {
  const left = new Set(transitions.map(({ from }) => from))
  return [...new Set(transitions.map(({ to }) => to))].filter((state) => !left.has(state))
}

const parts: Readonly<Record<string, () => string>> = { table: transitionTable, diagram: transitionDiagram }

/** A document with what stands between its marks, `<!-- transitions: table -->` to `<!-- end -->`, made anew. */
export function withTransitions(document: string): string {
  return document.replaceAll(
    /(<!-- transitions: (\w+) -->\n)[\s\S]*?(<!-- end -->)/gu,
    (_all, begin: string, part: string, end: string) => {
      const make = parts[part]
      if (make === undefined) throw new Error(`there is no ${part} of transitions`)
      return `${begin}\n${make()}\n\n${end}`
    },
  )
}
