import { useMutation, useQueryClient } from '@tanstack/react-query'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { operationsKeys, useOperations } from './operations-queries'

interface Release {
  /** "organizations/{organization}/jobs/{uuid}" */
  readonly job: string
  /** What the job is, for people. */
  readonly description: string
}

/** Lets a held job queue again, and a suspended one go on. */
export function useRelease() {
  const operations = useOperations()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ job }: Release) => operations().ReleaseJob({ job }),
    onSuccess: (_, { description }) => notifySuccess('Job released', description),
    onError: (error) => notifyFailure('The job was not released', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: operationsKeys.all }),
  })
}
