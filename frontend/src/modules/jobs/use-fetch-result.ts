import type { Result } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { useMutation } from '@tanstack/react-query'
import { useApi } from '../../app/services'
import { notifyFailure } from '../../ui/notify'

/** Has the browser fetch a result from an address that is made for it just now. */
export function useFetchResult() {
  const api = useApi()
  return useMutation({
    mutationFn: ({ name }: Pick<Result, 'name' | 'fileName'>) =>
      api.jobs().CreateResultUrl({ name, inline: false }),
    onSuccess: ({ url }, { fileName }) => {
      const link = document.createElement('a')
      link.href = url
      link.download = fileName
      document.body.append(link)
      link.click()
      link.remove()
    },
    onError: (error) => notifyFailure('The download could not begin', error),
  })
}
