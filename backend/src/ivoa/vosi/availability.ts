import { element, xmlDocument } from '../../votable/index.ts'

/** VOSI 1.1, section 2.3: whether the services can be used at present. */
export interface Availability {
  readonly available: boolean
  readonly upSince: Date
  readonly note?: string
}

export function availabilityDocument({ available, upSince, note }: Availability): string {
  return xmlDocument(
    element(
      'vosi:availability',
      { 'xmlns:vosi': 'http://www.ivoa.net/xml/VOSIAvailability/v1.0' },
      element('vosi:available', {}, String(available)),
      element('vosi:upSince', {}, upSince.toISOString()),
      note === undefined ? undefined : element('vosi:note', {}, note),
    ),
  )
}
