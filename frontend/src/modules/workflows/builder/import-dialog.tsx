import { Alert, Button, Group, Modal, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiError, toApiError } from '../../../app/api-error'
import type { CurrentOrganization } from '../../../app/organization'
import { ManifestEditor } from '../form/manifest-editor'
import { useCheckWorkflow } from '../list/workflow-queries'
import { workflowId } from '../workflow-name'
import { draftOf, type WorkflowDraft } from './workflow-draft'

interface ImportDialogProps {
  readonly opened: boolean
  readonly organization: CurrentOrganization
  readonly onClose: () => void
  readonly onImport: (draft: WorkflowDraft) => void
}

/** Takes a manifest, which the server reads: what is wrong with it is said at its lines. */
export default function ImportDialog({ opened, organization, onClose, onImport }: ImportDialogProps) {
  const check = useCheckWorkflow(organization.slug)
  const [manifest, setManifest] = useState('')
  const [refusal, setRefusal] = useState<ApiError>()
  const read = useMutation({
    mutationFn: () => check({ workflowId: '', spec: undefined, manifest }),
    onSuccess: ({ workflow, refusal: refused }) => {
      setRefusal(refused)
      if (workflow?.spec !== undefined) onImport(draftOf(workflowId(workflow.name), workflow.spec))
    },
    onError: (error) => setRefusal(toApiError(error)),
  })
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Import a manifest"
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text size="sm" mb="sm">
        A file of <span className="mono">kind: Workflow</span>, YAML or JSON. It takes the place of what
        stands in the builder, which can be undone; nothing is saved yet.
      </Text>
      <ManifestEditor
        label="Manifest"
        value={manifest}
        maxLength={262_144}
        violations={refusal?.violations ?? []}
        onChange={(text) => {
          setManifest(text)
          setRefusal(undefined)
        }}
      />
      {refusal !== undefined && refusal.violations.length === 0 && (
        <Alert color="red" mt="sm" role="alert" title="It was not imported">
          {refusal.message}
        </Alert>
      )}
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={read.isPending} disabled={manifest.trim() === ''} onClick={() => read.mutate()}>
          Import
        </Button>
      </Group>
    </Modal>
  )
}
