import type { Dataset } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'
import { Button } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { CurrentOrganization } from '../../app/organization'
import { useApi } from '../../app/services'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { datasetId } from './dataset-id'
import { datasetKeys } from './dataset-queries'

interface RemoveDatasetProps {
  /** Made of a file of the organisation. */
  readonly dataset: Dataset
  readonly organization: CurrentOrganization
}

/** Forgets a dataset; its file stays. */
export function RemoveDataset({ dataset, organization }: RemoveDatasetProps) {
  const api = useApi()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => api.datasets().DeleteDataset({ name: dataset.name }),
    onSuccess: async () => {
      notifySuccess('The dataset is removed', dataset.displayName)
      await navigate(`${organization.path}/datasets`)
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: datasetKeys.all(organization.slug) }),
        queryClient.invalidateQueries({ queryKey: ['files', 'of', organization.slug] }),
      ])
    },
    onError: (error) => {
      setAsking(false)
      notifyFailure('The dataset was not removed', error)
    },
  })
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={() => setAsking(true)}
      >
        Remove
      </Button>
      <ConfirmDialog
        opened={asking}
        title={`Remove ${dataset.displayName || datasetId(dataset.name)}?`}
        text="Jobs can no longer run on it, and the sky view no longer shows it. Its file and the results of earlier jobs stay."
        confirm="Remove the dataset"
        pending={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      />
    </>
  )
}
