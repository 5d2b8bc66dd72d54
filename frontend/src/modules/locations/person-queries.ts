import type { Person } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { notifySuccess } from '../../ui/notify'
import { locationKeys } from './location-keys'
import { usePersonService } from './use-person-service'

export function usePersons(organization: string, search: string, pageSize: number, pageToken = '') {
  const persons = usePersonService()
  return useQuery({
    queryKey: [...locationKeys.persons(organization), search, pageSize, pageToken],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      persons({ signal }).ListPersons({
        parent: `organizations/${organization}`,
        search,
        pageSize,
        pageToken,
      }),
  })
}

/** @param id the person's UUID; nothing is asked for while it is empty */
export function usePerson(organization: string, id: string) {
  const persons = usePersonService()
  return useQuery({
    queryKey: locationKeys.person(organization, id),
    enabled: id !== '',
    queryFn: ({ signal }) =>
      persons({ signal }).GetPerson({ name: `organizations/${organization}/persons/${id}` }),
  })
}

/** What the fields of the dialog say of a person. */
export interface PersonFields {
  readonly displayName: string
  readonly externalId: string
  readonly userEmail: string
}

/** Adds a person, or changes the one that is given. */
export function useSavePerson(organization: string, person: Person | undefined) {
  const persons = usePersonService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ fields, mask }: { fields: PersonFields; mask: string[] }) =>
      person === undefined
        ? persons().CreatePerson({ parent: `organizations/${organization}`, ...fields })
        : persons().UpdatePerson({ name: person.name, updateMask: mask, ...fields }),
    onSuccess: (saved) =>
      notifySuccess(person === undefined ? 'Person added' : 'Person changed', saved.displayName),
    onSettled: () => queryClient.invalidateQueries({ queryKey: locationKeys.organization(organization) }),
  })
}

export function useErasePerson(organization: string) {
  const persons = usePersonService()
  const queryClient = useQueryClient()
  return useMutation({
    // Years of fixes may have to be found and deleted.
    mutationFn: (person: Person) => persons({ timeoutMs: 300_000 }).ErasePerson({ name: person.name }),
    onSuccess: ({ fixesErased, looksRedacted }, person) => {
      // Not the person itself: the page that shows them is about to be left.
      void queryClient.invalidateQueries({ queryKey: locationKeys.persons(organization) })
      void queryClient.invalidateQueries({ queryKey: locationKeys.looks(organization) })
      notifySuccess(
        `${person.displayName} is erased`,
        `${fixesErased.toLocaleString('en')} ${fixesErased === 1n ? 'fix' : 'fixes'} deleted, and the name taken out of ${looksRedacted.toLocaleString('en')} ${looksRedacted === 1n ? 'look' : 'looks'}.`,
      )
    },
  })
}
