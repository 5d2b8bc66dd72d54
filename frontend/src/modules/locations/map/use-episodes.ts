import type {
  Episode,
  LocationService,
  LookReason,
} from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useQuery } from '@tanstack/react-query'
import type { CallOptions } from '../../../app/transport'
import { useLocationService } from '../use-location-service'
import type { WholeRule } from './connection-rule'
import { type EpisodeView, episodeViews } from './episode-view'
import { askedOnce, mapKeys } from './map-keys'
import type { TimeWindow } from './time-window'

/** Nobody reads more; a shorter window tells them. */
const maximumEpisodes = 5_000
/** The longest window that is answered page by page; longer ones are streamed. */
const pagedMs = 31 * 86_400_000
const timeoutMs = 120_000

export interface Episodes {
  readonly episodes: readonly EpisodeView[]
  readonly isCutOff: boolean
}

type Locations = (call?: CallOptions) => LocationService

/** Whom the person met; a look at the person. */
export function useEpisodes(
  organization: string,
  look: LookReason,
  person: string | undefined,
  window: TimeWindow | undefined,
  rule: WholeRule,
) {
  const locations = useLocationService()
  const isAsked = person !== undefined && window !== undefined
  return useQuery({
    queryKey: mapKeys.episodes(organization, look, person ?? '', window ?? { startMs: 0, endMs: 0 }, rule),
    enabled: isAsked,
    ...askedOnce,
    queryFn: async ({ signal }): Promise<Episodes> => {
      if (!isAsked) return { episodes: [], isCutOff: false }
      const request = {
        name: person,
        look,
        startTime: new Date(window.startMs),
        endTime: new Date(window.endMs),
        rule,
      }
      const isLong = window.endMs - window.startMs > pagedMs
      const found = isLong
        ? await streamed(locations, request, signal)
        : await paged(locations, request, signal)
      return { episodes: episodeViews(found.episodes), isCutOff: found.isCutOff }
    },
  })
}

interface Request {
  readonly name: string
  readonly look: LookReason
  readonly startTime: Date
  readonly endTime: Date
  readonly rule: WholeRule
}

interface Found {
  readonly episodes: readonly Episode[]
  readonly isCutOff: boolean
}

async function paged(locations: Locations, request: Request, signal: AbortSignal): Promise<Found> {
  const episodes: Episode[] = []
  let pageToken = ''
  do {
    const page = await locations({ signal, timeoutMs }).FindConnections({
      ...request,
      pageSize: 1000,
      pageToken,
    })
    episodes.push(...page.episodes)
    pageToken = page.nextPageToken
  } while (pageToken !== '' && episodes.length < maximumEpisodes)
  return { episodes, isCutOff: pageToken !== '' }
}

function streamed(locations: Locations, request: Request, signal: AbortSignal): Promise<Found> {
  return new Promise((resolve, reject) => {
    const episodes: Episode[] = []
    const subscription = locations({ signal })
      .StreamConnections(request)
      .subscribe({
        next: ({ message }) => {
          if (message?.$case === 'episode') episodes.push(message.value)
          if (episodes.length >= maximumEpisodes) {
            subscription.unsubscribe()
            resolve({ episodes, isCutOff: true })
          }
        },
        error: reject,
        complete: () => resolve({ episodes, isCutOff: false }),
      })
    signal.addEventListener('abort', () => {
      subscription.unsubscribe()
      reject(signal.reason)
    })
  })
}
