import XMLBuilder from 'fast-xml-builder'

/** Undefined attributes are left out. */
export type XmlAttributes = Readonly<Record<string, string | number | bigint | boolean | undefined>>

export interface XmlElement {
  readonly name: string
  readonly attributes: XmlAttributes
  readonly children: readonly XmlNode[]
}

/** Text is escaped; undefined is left out, so that an element can be made conditionally. */
export type XmlNode = XmlElement | string | undefined

export function element(
  name: string,
  attributes: XmlAttributes = {},
  ...children: readonly XmlNode[]
): XmlElement {
  return { name, attributes, children }
}

const REPLACEMENT = '\uFFFD'
/** What no XML 1.0 document may hold, not even escaped (XML 1.0, section 2.2, Char). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu

/** Text with a replacement character for each that XML cannot carry. */
export function xmlText(text: string): string {
  return text.replace(NOT_XML, REPLACEMENT)
}

/** Tabs and line ends as they are a reader would turn into spaces (XML 1.0, sections 2.11 and 3.3.3). */
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** `entities` is documented, and missing in the library's types. */
const options = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  processEntities: true,
  // In one pass, by a function: replace() takes either.
  entities: [{ regex: /[&<>'"\t\n\r]/g, val: (character: string) => ESCAPES[character] ?? character }],
  sanitizeName: (name: string) => {
    throw new Error(`${JSON.stringify(name)} is not a name in XML`)
  },
}
const builder = new XMLBuilder(options)

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** A whole document, to be sent as UTF-8. */
export function xmlDocument(root: XmlElement): string {
  return `${DECLARATION}${xmlFragment(root)}\n`
}

export function xmlFragment(node: XmlElement): string {
  return builder.build([ordered(node)])
}

/** As the builder takes elements whose order matters. */
function ordered({ name, attributes, children }: XmlElement): Readonly<Record<string, unknown>> {
  const content: object[] = []
  for (const child of children) {
    if (child === undefined || child === '') continue
    content.push(typeof child === 'string' ? { '#text': xmlText(child) } : ordered(child))
  }
  const given: Record<string, string> = {}
  let some = false
  for (const key in attributes) {
    const value = attributes[key]
    if (value === undefined) continue
    given[key] = typeof value === 'string' ? xmlText(value) : String(value)
    some = true
  }
  return some ? { [name]: content, ':@': given } : { [name]: content }
}
