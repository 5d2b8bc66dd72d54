import { ConfirmDialog } from '../../../ui/confirm-dialog'
import { useDeleteWorkflow } from './workflow-queries'

interface DeleteWorkflowDialogProps {
  readonly organization: string
  /** Of the workflow to ask about; undefined for none. */
  readonly id: string | undefined
  readonly onClose: () => void
  readonly onDeleted?: () => void
}

export function DeleteWorkflowDialog({ organization, id, onClose, onDeleted }: DeleteWorkflowDialogProps) {
  const remove = useDeleteWorkflow(organization, () => {
    onClose()
    onDeleted?.()
  })
  return (
    <ConfirmDialog
      opened={id !== undefined}
      title={`Delete ${id === undefined ? 'this workflow' : `“${id}”`}?`}
      text="It goes from the lists with all its versions, and cannot be run any more. Its runs and their results stay."
      confirm="Delete the workflow"
      pending={remove.isPending}
      onConfirm={() => id !== undefined && remove.mutate(id)}
      onClose={onClose}
    />
  )
}
