/** What a YAML document of ours is made of. */
export type YamlValue =
  | string
  | number
  | boolean
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue | undefined }

/**
 * YAML 1.2 in blocks. Text that could be read as something else is written between double quotes as JSON does, of which
 * YAML is a superset.
 */
export function toYaml(value: { readonly [key: string]: YamlValue | undefined }): string {
  return `${mapping(value, '').join('\n')}\n`
}

function mapping(value: { readonly [key: string]: YamlValue | undefined }, indent: string): string[] {
  return Object.entries(value).flatMap(([key, entry]) =>
    entry === undefined ? [] : field(`${indent}${scalar(key)}:`, entry, indent),
  )
}

function field(head: string, value: YamlValue, indent: string): string[] {
  if (typeof value === 'string' && value.includes('\n') && isBlockText(value)) {
    const text = value.endsWith('\n') ? value.slice(0, -1) : value
    const lines = text.split('\n').map((line) => (line === '' ? '' : `${indent}  ${line}`))
    return [`${head} |${value.endsWith('\n') ? '' : '-'}`, ...lines]
  }
  if (typeof value !== 'object') return [`${head} ${scalar(value)}`]
  if (isList(value)) {
    if (value.length === 0) return [`${head} []`]
    return [head, ...value.flatMap((item) => listItem(item, `${indent}  `))]
  }
  const lines = mapping(value, `${indent}  `)
  return lines.length === 0 ? [`${head} {}`] : [head, ...lines]
}

function listItem(item: YamlValue, indent: string): string[] {
  if (typeof item !== 'object') return [`${indent}- ${scalar(item)}`]
  if (isList(item)) return [`${indent}- ${JSON.stringify(item)}`]
  const [first, ...rest] = mapping(item, `${indent}  `)
  return first === undefined ? [`${indent}- {}`] : [`${indent}- ${first.trimStart()}`, ...rest]
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value)
}

/** A block keeps every character but tabs at the front, controls, and blank lines at its edges. */
function isBlockText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a block cannot hold.
  return !/[\u0000-\u0009\u000b-\u001f\u007f\u0085\u2028\u2029\ufeff]|^[\s]|\n\n$|[ ]\n/.test(text)
}

const plain = /^[A-Za-z$/][\w./@$-]*(?: [\w./@$-]+)*$/
/** Words that YAML 1.1 or 1.2 reads as something else. */
const other = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i

function scalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value)
  return plain.test(value) && !other.test(value) ? value : JSON.stringify(value)
}
