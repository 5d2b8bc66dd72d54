import { element, type XmlElement, xmlDocument, xmlFragment } from './xml.ts'

/*
 * VOTable 1.4 (IVOA Recommendation 2019-10-21), serialised as TABLEDATA, which every client reads.
 */
export const VOTABLE_MEDIA_TYPE = 'application/x-votable+xml'
const NAMESPACE = 'http://www.ivoa.net/xml/VOTable/v1.3'

export type VotableDatatype =
  | 'boolean'
  | 'unsignedByte'
  | 'short'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  /** ASCII. */
  | 'char'
  /** Any text. */
  | 'unicodeChar'

/** A FIELD or a PARAM without its value (VOTable 1.4, section 4.1). */
export interface VotableField {
  readonly name: string
  readonly datatype: VotableDatatype
  /** "*" for text of any length; absent for one value. */
  readonly arraysize?: string
  readonly id?: string
  readonly unit?: string
  readonly ucd?: string
  readonly utype?: string
  /** DALI, section 3.3: "timestamp", "interval", "circle", "polygon". */
  readonly xtype?: string
  readonly description?: string
}

/** Undefined is null; an array is one value of several numbers. */
export type VotableCell = string | number | bigint | boolean | readonly number[] | undefined

export interface VotableTable {
  readonly name?: string
  readonly description?: string
  readonly fields: readonly VotableField[]
  /** Read once, row by row. */
  readonly rows: Iterable<readonly VotableCell[]>
}

export interface VotableInfo {
  readonly name: string
  readonly value: string
  /** The element's content: an error's message. */
  readonly text?: string
}

export interface VotableResource {
  readonly type?: 'results' | 'meta'
  readonly id?: string
  readonly name?: string
  readonly utype?: string
  readonly description?: string
  readonly infos?: readonly VotableInfo[]
  /** PARAM, GROUP, COOSYS and TIMESYS elements, such as a service descriptor's. */
  readonly elements?: readonly XmlElement[]
  readonly table?: VotableTable
}

export interface VotableDocument {
  readonly description?: string
  readonly infos?: readonly VotableInfo[]
  readonly resources: readonly VotableResource[]
}

const CHUNK_LENGTH = 64 * 1024
/** Escaped text never reads like it, so it is the place of a table's rows. */
const ROWS_PLACE = '<TABLEDATA/>'

/** The document in pieces of about 64 KiB, made as they are asked for. */
export function* votable(document: VotableDocument): Generator<string> {
  const pieces = xmlDocument(root(document)).split(ROWS_PLACE)
  const tables = document.resources.flatMap(({ table }) => table ?? [])
  let chunk = pieces[0] ?? ''
  for (const [index, { fields, rows }] of tables.entries()) {
    chunk += '<TABLEDATA>'
    for (const row of rows) {
      chunk += `${xmlFragment(rowElement(fields, row))}\n`
      if (chunk.length < CHUNK_LENGTH) continue
      yield chunk
      chunk = ''
    }
    chunk += `</TABLEDATA>${pieces[index + 1] ?? ''}`
  }
  yield chunk
}

/** For documents that are known to be small. */
export function votableText(document: VotableDocument): string {
  return [...votable(document)].join('')
}

/** An error as every IVOA service says it (DALI 1.1, section 4.4.2). */
export function votableError(message: string, infos: readonly VotableInfo[] = []): string {
  const status = { name: 'QUERY_STATUS', value: 'ERROR', text: message }
  return votableText({ resources: [{ type: 'results', infos: [status, ...infos] }] })
}

/** A PARAM element: a field with its value, and what may be in it besides, such as VALUES. */
export function votableParam(
  field: VotableField,
  value: VotableCell,
  ...children: readonly XmlElement[]
): XmlElement {
  const attributes = { ...fieldAttributes(field), value: cellText(field, value) }
  return element('PARAM', attributes, descriptionElement(field.description), ...children)
}

function root({ description, infos = [], resources }: VotableDocument): XmlElement {
  return element(
    'VOTABLE',
    { version: '1.4', xmlns: NAMESPACE },
    descriptionElement(description),
    ...infos.map(infoElement),
    ...resources.map(resourceElement),
  )
}

function resourceElement(resource: VotableResource): XmlElement {
  const { type, id, name, utype, description, infos = [], elements = [], table } = resource
  return element(
    'RESOURCE',
    { type, ID: id, name, utype },
    descriptionElement(description),
    ...infos.map(infoElement),
    ...elements,
    table === undefined ? undefined : tableElement(table),
  )
}

function tableElement({ name, description, fields }: VotableTable): XmlElement {
  return element(
    'TABLE',
    { name },
    descriptionElement(description),
    ...fields.map((field) => element('FIELD', fieldAttributes(field), descriptionElement(field.description))),
    element('DATA', {}, element('TABLEDATA')),
  )
}

function infoElement({ name, value, text }: VotableInfo): XmlElement {
  return element('INFO', { name, value }, text)
}

function descriptionElement(text: string | undefined): XmlElement | undefined {
  return text === undefined ? undefined : element('DESCRIPTION', {}, text)
}

function fieldAttributes({ name, datatype, arraysize, id, unit, ucd, utype, xtype }: VotableField) {
  return { ID: id, name, datatype, arraysize, unit, ucd, utype, xtype }
}

function rowElement(fields: readonly VotableField[], row: readonly VotableCell[]): XmlElement {
  if (row.length !== fields.length) {
    throw new Error(`a row of ${row.length} cells in a table of ${fields.length} fields`)
  }
  return element('TR', {}, ...fields.map((field, index) => element('TD', {}, cellText(field, row[index]))))
}

function cellText(field: VotableField, value: VotableCell): string {
  if (value === undefined) return ''
  if (typeof value === 'object') return value.map(numberText).join(' ')
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'boolean' && field.datatype === 'boolean') return value ? 'T' : 'F'
  return String(value)
}

/** As VOTable writes numbers that are none (section 5.1). */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? '+Inf' : '-Inf'
}
