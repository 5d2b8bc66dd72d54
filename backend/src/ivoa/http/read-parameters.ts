import type { IncomingMessage } from 'node:http'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { DomainError, invalidField } from '../../errors/domain-error.ts'
import { HttpError, tooLarge, unsupportedMediaType } from './http-error.ts'
import { type GivenParameter, Parameters } from './parameters.ts'

/** Bytes of a body; what the proxy in front lets through too. */
const BODY_MAX_BYTES = 4 * 1024 * 1024
/** A job takes 1,000 parameters, beside those that control it. */
const PARAMETERS_MAX = 1_010
/** Characters; what a job's parameter takes. */
const VALUE_MAX_LENGTH = 65_536
const VALUE_MAX_BYTES = 4 * VALUE_MAX_LENGTH
/** Of one part of a multipart form. */
const HEADERS_MAX = 16
const HEADERS_MAX_BYTES = 4096
const BOUNDARY = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/
/** Everything below the space but tab and line ends: no parameter of ours means anything by them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/

/** The parameters of the query alone. */
export function queryParameters(query: URLSearchParams): Parameters {
  return checked([...query].map(([name, value]) => ({ name, value })))
}

/**
 * The parameters of the query and of a form, url-encoded or multipart (DALI 1.1, section 2.4).
 *
 * @throws HttpError 413 and 415; DomainError INVALID_ARGUMENT naming the parameter
 */
export async function requestParameters(
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<Parameters> {
  const inQuery = queryParameters(query).given
  const inForm = await readForm(request)
  return checked([...inQuery, ...inForm])
}

/** A body of plain text, of the length that a value may have. */
export async function requestText(request: IncomingMessage): Promise<string> {
  const type = mediaType(request)
  if (type !== undefined && type !== 'text/plain') {
    throw unsupportedMediaType(`Send the value as text/plain, not as ${type}.`)
  }
  const chunks: Buffer[] = []
  await readBody(request, VALUE_MAX_BYTES, async (chunk) => {
    chunks.push(chunk)
  })
  const text = Buffer.concat(chunks).toString()
  checkValue('body', text)
  return text
}

function checked(given: readonly GivenParameter[]): Parameters {
  if (given.length > PARAMETERS_MAX) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      'TOO_MANY_PARAMETERS',
      `A request may have ${PARAMETERS_MAX} parameters. Split the work over several jobs.`,
    )
  }
  return new Parameters(
    given.map(({ name, value }) => {
      if (!NAME.test(name)) {
        const shown = JSON.stringify(name.slice(0, 80))
        throw invalidField('parameters', `${shown} is no parameter name.`, 'PARAMETER_NAME')
      }
      const upper = name.toUpperCase()
      checkValue(upper, value)
      return { name: upper, value }
    }),
  )
}

function checkValue(name: string, value: string): void {
  if (CONTROL.test(value)) throw invalidField(name, 'holds a control character.', 'CONTROL_CHARACTER')
  if (value.length > VALUE_MAX_LENGTH) throw valueTooLong(name)
}

const valueTooLong = (name: string) =>
  invalidField(name, `is longer than ${VALUE_MAX_LENGTH} characters.`, 'VALUE_TOO_LONG')

function mediaType(request: IncomingMessage): string | undefined {
  return request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
}

async function readForm(request: IncomingMessage): Promise<GivenParameter[]> {
  const type = mediaType(request)
  if (type !== 'application/x-www-form-urlencoded' && type !== 'multipart/form-data') {
    // Nothing is a form of no fields; anything else would be taken for one.
    await readBody(request, 0, async () => undefined).catch((error) => {
      throw error instanceof HttpError && error.status === 413 ? notAForm(type) : error
    })
    if (type !== undefined) throw notAForm(type)
    return []
  }
  const given: GivenParameter[] = []
  const form = formParser(request, given)
  await readBody(request, BODY_MAX_BYTES, form.write)
  await form.end()
  return given
}

const notAForm = (type: string | undefined) =>
  unsupportedMediaType(
    `Send parameters in the query or as a form, url-encoded or multipart${type === undefined ? '' : `, not as ${type.slice(0, 80)}`}.`,
  )

interface FormParser {
  /** Resolves when the parser takes more; rejects when the form is refused. */
  readonly write: (chunk: Buffer) => Promise<void>
  end(): Promise<void>
}

function formParser(request: IncomingMessage, given: GivenParameter[]): FormParser {
  const { promise: finished, resolve, reject } = Promise.withResolvers<void>()
  // Rejected before anyone awaits it when the first piece is refused.
  finished.catch(() => undefined)
  let taken = 0
  const parser = makeParser(request, () => taken++)
  const parts = countParts(request)
  parser.on('field', (name: string | undefined, value, nameCut, valueCut) => {
    if (name === undefined || nameCut) {
      reject(invalidField('parameters', 'a name is missing or too long.', 'PARAMETER_NAME'))
    } else if (valueCut) reject(valueTooLong(name.toUpperCase().slice(0, 64)))
    else given.push({ name, value })
  })
  parser.on('file', (name, file) => {
    file.resume()
    const text = 'this service takes no uploaded files. Send values as plain fields.'
    reject(invalidField(String(name).toUpperCase().slice(0, 64), text, 'UPLOAD_NOT_SUPPORTED'))
  })
  parser.on('error', () => reject(malformed()))
  parser.on('finish', resolve)
  return {
    async write(chunk) {
      parts?.add(chunk)
      const { promise: taken, resolve: go } = Promise.withResolvers<void>()
      parser.write(chunk, () => go())
      await Promise.race([taken, finished])
    },
    async end() {
      parser.end()
      await finished
      if (parts !== undefined && parts.count > taken && given.length <= PARAMETERS_MAX) throw partUnread()
    },
  }
}

/**
 * Counts the parts of a multipart form by its delimiters (RFC 2046, section 5.1.1), those behind its end too: the
 * parser leaves out what it cannot name, and does not tell. Undefined for any other form.
 */
function countParts(request: IncomingMessage) {
  const [, quoted, plain] = BOUNDARY.exec(request.headers['content-type'] ?? '') ?? []
  const boundary = quoted ?? plain
  if (mediaType(request) !== 'multipart/form-data' || boundary === undefined) return undefined
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  let tail = Buffer.from('\r\n')
  let delimiters = 0
  return {
    add(chunk: Buffer): void {
      const piece = Buffer.concat([tail, chunk])
      let searched = 0
      for (let at = piece.indexOf(delimiter); at >= 0; at = piece.indexOf(delimiter, searched)) {
        delimiters++
        searched = at + delimiter.length
      }
      tail = piece.subarray(Math.max(searched, piece.length - delimiter.length + 1))
    },
    /** The last delimiter ends the form. */
    get count(): number {
      return delimiters - 1
    },
  }
}

/** @param onPart called for each part that is taken, before its content */
function makeParser(request: IncomingMessage, onPart: () => void): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      isPartAFile(_name, type, fileName) {
        onPart()
        return type === 'application/octet-stream' || fileName !== undefined
      },
      limits: {
        fieldNameSize: 100,
        fieldSize: VALUE_MAX_BYTES,
        // One more than is allowed, so that one too many is seen.
        fields: PARAMETERS_MAX + 1,
        files: 1,
        parts: PARAMETERS_MAX + 2,
        headerPairs: HEADERS_MAX,
        headerSize: HEADERS_MAX_BYTES,
      },
    })
  } catch {
    throw malformed()
  }
}

const malformed = () => new HttpError(400, 'FORM_MALFORMED', 'The form cannot be read as what it says it is.')

const partUnread = () =>
  new HttpError(
    400,
    'FORM_MALFORMED',
    `A part of the form cannot be read. Each needs "Content-Disposition: form-data" with a name of one line, and may have ${HEADERS_MAX} headers of less than ${HEADERS_MAX_BYTES} bytes in all.`,
  )

/** Reads piece by piece. After a refusal the rest is read and dropped by the server, so that the answer arrives. */
async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  take: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    throw unsupportedMediaType('Send the request without a content encoding.')
  }
  const refused = () => tooLarge(`A request may have ${maxBytes} bytes.`)
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw refused()
  let size = 0
  const iterator = request.iterator({ destroyOnReturn: false })
  try {
    for await (const chunk of iterator as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw refused()
      await take(chunk)
    }
  } catch (error) {
    if (request.destroyed && !request.complete) {
      throw new DomainError('CANCELLED', 'CANCELLED', 'The client is gone.', { cause: error })
    }
    throw error
  }
}
