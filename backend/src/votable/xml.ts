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

/** `entities` is documented, and missing in the library's types. */
const options = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  processEntities: true,
  entities: [
    { regex: /&/g, val: '&amp;' },
    { regex: />/g, val: '&gt;' },
    { regex: /</g, val: '&lt;' },
    { regex: /'/g, val: '&apos;' },
    { regex: /"/g, val: '&quot;' },
    // As they are, a reader would turn them into spaces or line ends (XML 1.0, sections 2.11 and 3.3.3).
    { regex: /\t/g, val: '&#9;' },
    { regex: /\n/g, val: '&#10;' },
    { regex: /\r/g, val: '&#13;' },
  ],
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
  const content = children
    .filter((child) => child !== undefined && child !== '')
    .map((child) => (typeof child === 'string' ? { '#text': xmlText(child) } : ordered(child as XmlElement)))
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined)
  if (given.length === 0) return { [name]: content }
  return {
    [name]: content,
    ':@': Object.fromEntries(given.map(([key, value]) => [key, xmlText(String(value))])),
  }
}
