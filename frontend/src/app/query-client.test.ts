import { QueryObserver } from '@tanstack/react-query'
import { expect, test, vi } from 'vitest'
import { createQueryClient, isAskedAgain } from './query-client'

test('what is written down each time it is asked is not asked again by itself', async () => {
  const client = createQueryClient()
  const usual = vi.fn(async () => 1)
  const once = vi.fn(async () => 2)
  const observers = [
    new QueryObserver(client, { queryKey: ['usual'], queryFn: usual }),
    new QueryObserver(client, { queryKey: ['once'], queryFn: once, meta: { askedOnce: true } }),
  ]
  const stops = observers.map((observer) => observer.subscribe(() => undefined))
  await vi.waitFor(() => expect(client.isFetching()).toBe(0))
  await client.invalidateQueries({ predicate: isAskedAgain })
  expect(usual).toHaveBeenCalledTimes(2)
  expect(once).toHaveBeenCalledTimes(1)
  for (const stop of stops) stop()
  client.clear()
})
