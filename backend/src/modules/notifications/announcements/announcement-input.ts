import { invalidField } from '../../../errors/domain-error.ts'

/** C0 and C1 controls, and what Unicode calls line and paragraph separators. */
const CONTROLS = /[\p{Cc}\u2028\u2029]/u
const CONTROLS_BUT_LINES_AND_TABS = /(?![\n\t])[\p{Cc}\u2028\u2029]/u
/** Would turn around the text that follows, in a list of other notifications. */
const DIRECTION_OVERRIDES = /[\u202A-\u202E\u2066-\u2069]/u
const SPACES = /\s/u

/** One line that says something. */
export function parseTitle(title: string): string {
  if (CONTROLS.test(title))
    throw invalidField('title', 'has control characters or line breaks. Leave them out.')
  refuseOverrides('title', title)
  const trimmed = title.trim()
  if (trimmed === '') throw invalidField('title', 'says nothing. Give one line of text.')
  return trimmed
}

/** Plain text with line breaks, which become "\n". */
export function parseBody(body: string): string {
  const lines = body.replaceAll(/\r\n?/g, '\n')
  if (CONTROLS_BUT_LINES_AND_TABS.test(lines)) {
    throw invalidField('body', 'has control characters. Leave them out; line breaks and tabs may stay.')
  }
  refuseOverrides('body', lines)
  return lines.trimEnd()
}

function refuseOverrides(field: string, text: string): void {
  if (DIRECTION_OVERRIDES.test(text)) {
    throw invalidField(field, 'has characters that turn the direction of text around. Leave them out.')
  }
}

/** Any origin: only whether a link leaves it matters. */
const SITE = 'https://site.invalid'

/** A path of this site, an https address, or nothing: never another scheme or a host in the clothes of a path. */
export function parseLink(link: string): string {
  if (link === '') return ''
  const wayOut = 'Give a path of this site, such as /o/lab/jobs, or an https address.'
  if (CONTROLS.test(link) || SPACES.test(link) || link.includes('\\')) {
    throw invalidField('link', `has spaces, control characters or backslashes. ${wayOut}`)
  }
  if (link.startsWith('/')) {
    if (!URL.canParse(link, SITE) || new URL(link, SITE).origin !== SITE) {
      throw invalidField('link', `is a path that leaves this site. ${wayOut}`)
    }
    return link
  }
  if (!/^https:\/\//i.test(link) || !URL.canParse(link)) {
    throw invalidField('link', `is neither a path nor an https address. ${wayOut}`)
  }
  const { username, password } = new URL(link)
  if (username !== '' || password !== '') {
    throw invalidField('link', `has a user name in it, which hides where it leads. ${wayOut}`)
  }
  return link
}

/** Undefined: at once. */
export function parsePublishTime(publishTime: Date | undefined, now: Date): Date | undefined {
  if (publishTime === undefined || publishTime <= now) return undefined
  const latest = new Date(now)
  latest.setUTCFullYear(latest.getUTCFullYear() + 1)
  if (!(publishTime <= latest)) {
    throw invalidField(
      'publish_time',
      'is more than a year from now. Give an earlier time, or none for at once.',
    )
  }
  return publishTime
}
