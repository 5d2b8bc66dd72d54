import type { Subject } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useEffect, useRef } from 'react'
import { useSearchParams } from 'react-router'
import { useLocationService } from '../use-location-service'

/** Pages of 500 that are looked through for those whom the address names. */
const maximumPages = 20

/** Tells once of the persons that the address names (?person=UUID), as far as they consented. */
export function useAddressedSubjects(
  organization: string,
  purpose: string,
  onFound: (subjects: readonly Subject[]) => void,
): void {
  const [address] = useSearchParams()
  const locations = useLocationService()
  const wanted = address.getAll('person').join(' ')
  const found = useRef(onFound)
  found.current = onFound
  useEffect(() => {
    if (wanted === '') return
    const stopping = new AbortController()
    const parent = `organizations/${organization}`
    const missing = new Set(wanted.split(' ').map((id) => `${parent}/persons/${id}`))
    const search = async () => {
      const subjects: Subject[] = []
      let pageToken = ''
      for (let page = 0; page < maximumPages && missing.size > 0; page++) {
        const answer = await locations({ signal: stopping.signal }).ListSubjects({
          parent,
          purpose,
          pageSize: 500,
          pageToken,
          search: '',
        })
        subjects.push(...answer.subjects.filter(({ person }) => missing.delete(person)))
        pageToken = answer.nextPageToken
        if (pageToken === '') break
      }
      if (subjects.length > 0) found.current(subjects)
    }
    // The field of persons asks the same service, and tells when it does not answer.
    search().catch(() => undefined)
    return () => stopping.abort()
  }, [organization, purpose, wanted, locations])
}
