import type { Mail, MailState, ParkedEvent } from '@fairlead/proto/web/fairlead/notifications/v1/delivery'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { useDeliveryClient } from '../notifications/delivery-client'
import { firstPages, type Pages } from './operations-queries'

/** How often the figures are asked for again while delivery is looked at, milliseconds. */
const refreshMs = 3_000
/** And while the operator looks at the queue. */
const restMs = 15_000

const pageSize = 25

const deliveryKeys = {
  all: ['delivery'] as const,
  status: ['delivery', 'status'] as const,
  parked: ['delivery', 'parked'] as const,
  mails: ['delivery', 'mails'] as const,
}

/** @param watched whether the operator looks at delivery now */
export function useDeliveryStatus(watched: boolean, enabled = true) {
  const delivery = useDeliveryClient()
  return useQuery({
    queryKey: deliveryKeys.status,
    enabled,
    staleTime: 0,
    refetchInterval: watched ? refreshMs : restMs,
    queryFn: ({ signal }) => delivery({ signal }).GetDeliveryStatus({}),
  })
}

/** @param pages how many pages to show, latest first */
export function useParkedEvents(showSettled: boolean, pages: number) {
  const delivery = useDeliveryClient()
  return useQuery({
    queryKey: [...deliveryKeys.parked, showSettled, pages],
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: refreshMs,
    queryFn: ({ signal }): Promise<Pages<ParkedEvent>> =>
      firstPages(pages, async (pageToken) => {
        const { parkedEvents, nextPageToken } = await delivery({ signal }).ListParkedEvents({
          showSettled,
          pageSize,
          pageToken,
        })
        return { items: parkedEvents, nextPageToken }
      }),
  })
}

/** @param pages how many pages to show, latest first */
export function useMails(states: readonly MailState[], recipient: string, pages: number) {
  const delivery = useDeliveryClient()
  return useQuery({
    queryKey: [...deliveryKeys.mails, states, recipient, pages],
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: refreshMs,
    queryFn: ({ signal }): Promise<Pages<Mail>> =>
      firstPages(pages, async (pageToken) => {
        const { mails, nextPageToken } = await delivery({ signal }).ListMails({
          states: [...states],
          recipient,
          pageSize,
          pageToken,
        })
        return { items: mails, nextPageToken }
      }),
  })
}

export function useSettleParkedEvent() {
  const delivery = useDeliveryClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ event, what }: { event: ParkedEvent; what: 'retry' | 'discard' }) =>
      what === 'retry'
        ? delivery().RetryParkedEvent({ name: event.name })
        : delivery().DiscardParkedEvent({ name: event.name }),
    onSuccess: (_, { event, what }) =>
      notifySuccess(what === 'retry' ? 'Event is sent once more' : 'Event discarded', event.routingKey),
    onError: (error, { what }) =>
      notifyFailure(what === 'retry' ? 'The event was not retried' : 'The event was not discarded', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: deliveryKeys.all }),
  })
}

export function useRetryMail() {
  const delivery = useDeliveryClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (mail: Mail) => delivery().RetryMail({ name: mail.name }),
    onSuccess: (_, mail) => notifySuccess('Mail is tried again', mail.recipient),
    onError: (error) => notifyFailure('The mail was not tried again', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: deliveryKeys.all }),
  })
}
