const organization = 'survey-institute'
const batch = 10_000
/** Of the devices' fixes; some land, that the base map is drawn, too. */
const centre = { latitude: 43.3, longitude: 5.4 }

interface MadeTracks {
  readonly url: string
  readonly token: string
  readonly persons: number
  readonly fixesEach: number
}

export const purposeTitle = 'Bench of the map'

/** Persons who walk about a city for a day, known by a purpose of their own; returns the day, YYYY-MM-DD. */
export async function makeTracks({ url, token, persons, fixesEach }: MadeTracks): Promise<string> {
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${url}/api/v1/organizations/${organization}/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }
  const purpose = await post('locationPurposes', {
    locationPurposeId: 'bench-of-the-map',
    displayName: purposeTitle,
  })
  const names: string[] = []
  for (let person = 0; person < persons; person++) {
    const made = await post('persons', { displayName: `Walker ${String(person + 1).padStart(2, '0')}` })
    names.push(made.name)
    await post('devices', { person: made.name, displayName: 'Phone', externalId: `walker-${person}` })
  }
  await post('consents:record', { persons: names, purpose: purpose.name })

  const day = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10)
  const midnight = Date.parse(`${day}T00:00:00Z`)
  const fixes = names.flatMap((_, person) => walk(person, fixesEach, midnight))
  for (let from = 0; from < fixes.length; from += batch) {
    const { counts } = await post('fixes:record', { fixes: fixes.slice(from, from + batch) })
    if (Number(counts?.rejected ?? 0) > 0) throw new Error(`fixes were rejected: ${JSON.stringify(counts)}`)
  }
  return day
}

/** A walk that never stays, so that no fix hides behind another. */
function walk(person: number, count: number, midnight: number) {
  const turn = 3 + (person % 7)
  const reach = 0.01 + 0.0008 * person
  return Array.from({ length: count }, (_, index) => {
    const share = index / count
    const angle = 2 * Math.PI * (share * turn + person / 50)
    const wobble = 1 + 0.15 * Math.sin(angle * 11 + person)
    return {
      device: `walker-${person}`,
      recordTime: new Date(midnight + share * 86_400_000).toISOString(),
      latitude: centre.latitude + reach * wobble * Math.sin(angle),
      longitude: centre.longitude + 1.4 * reach * wobble * Math.cos(angle * 1.01),
      accuracyM: 8,
    }
  })
}
