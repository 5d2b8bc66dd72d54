import type { Preferences } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { useIsMutating, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { notificationKeys } from './notification-keys'
import { useNotificationsClient } from './notification-queries'
import { inverseOf, type PreferenceChange, toUpdate, withChange } from './preference-change'

const mutationKey = ['notifications', 'preferences', 'change'] as const

export function usePreferences() {
  const client = useNotificationsClient()
  return useQuery({
    queryKey: notificationKeys.preferences,
    queryFn: ({ signal }) => client({ signal }).GetPreferences({}),
  })
}

/** Saves each change by itself, one after the other; the page shows it at once, and as it was when it fails. */
export function useChangePreferences() {
  const client = useNotificationsClient()
  const queryClient = useQueryClient()
  const show = (change: PreferenceChange) =>
    queryClient.setQueryData<Preferences>(
      notificationKeys.preferences,
      (preferences) => preferences && withChange(preferences, change),
    )
  return useMutation({
    mutationKey,
    scope: { id: 'notification-preferences' },
    mutationFn: (change: PreferenceChange) => client().UpdatePreferences(toUpdate(change)),
    onMutate: async (change) => {
      await queryClient.cancelQueries({ queryKey: notificationKeys.preferences })
      const before = queryClient.getQueryData<Preferences>(notificationKeys.preferences)
      show(change)
      return before && inverseOf(before, change)
    },
    onError: (error, _, takeBack) => {
      if (takeBack !== undefined) show(takeBack)
      notifyFailure('Your choice was not saved', error)
    },
    onSuccess: (saved) => {
      // A later change is on its way, and shown already: its answer says how everything stands.
      if (queryClient.isMutating({ mutationKey }) > 1) return
      queryClient.setQueryData(notificationKeys.preferences, saved)
    },
  })
}

/** Whether changes are on their way. */
export function useIsSavingPreferences(): boolean {
  return useIsMutating({ mutationKey }) > 0
}

/** Sends mail again to an address that was given up. */
export function useRetryMailAddress() {
  const client = useNotificationsClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => client().RetryMailAddress({}),
    onSuccess: (preferences) => {
      queryClient.setQueryData(notificationKeys.preferences, preferences)
      notifySuccess('Mail is sent to your address again')
    },
    onError: (error) => notifyFailure('Your address was not tried again', error),
  })
}
