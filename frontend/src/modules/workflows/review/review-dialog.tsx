import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import { useReviewAlgorithm } from '../algorithm-queries'
import { ImageFacts } from '../image-facts'
import { type Decision, decisionWords } from './review-words'

interface ReviewDialogProps {
  readonly algorithm: Algorithm
  readonly decision: Decision
  readonly opened: boolean
  readonly onClose: () => void
}

/** Decides on a version, with a comment that whoever registered it reads. */
export default function ReviewDialog({ algorithm, decision, opened, onClose }: ReviewDialogProps) {
  const review = useReviewAlgorithm()
  const [comment, setComment] = useState('')
  const words = decisionWords[decision]
  const failure = review.error === null ? undefined : toApiError(review.error)
  const problem = failure?.violations.find(({ field }) => field === 'comment')?.description

  const close = () => {
    onClose()
    review.reset()
    setComment('')
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    review.mutate({ name: algorithm.name, decision, comment: comment.trim() }, { onSuccess: close })
  }

  return (
    <Modal
      opened={opened}
      onClose={close}
      title={`${words.confirm} ${decision === 'ALGORITHM_STATE_REVOKED' ? 'of ' : ''}${algorithm.reference}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <div>
            <Text size="sm" fw={570} style={{ overflowWrap: 'anywhere' }}>
              {algorithm.spec?.displayName}, of {algorithm.organizationDisplayName}
            </Text>
            <Text size="sm" mt={6}>
              {words.text}
            </Text>
          </div>
          <ImageFacts image={algorithm.spec?.image ?? ''} />
          <Textarea
            label="Comment"
            description={`${algorithm.registrantDisplayName || 'Whoever registered it'} reads it${words.needsComment ? '' : '; may be empty'}`}
            required={words.needsComment}
            maxLength={2000}
            autosize
            minRows={3}
            maxRows={8}
            data-autofocus
            value={comment}
            error={problem}
            onChange={(event) => {
              review.reset()
              setComment(event.currentTarget.value)
            }}
          />
          {failure !== undefined && problem === undefined && (
            <Alert color="red" role="alert">
              {failure.message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Decide later
            </Button>
            <Button
              type="submit"
              loading={review.isPending}
              disabled={words.needsComment && comment.trim() === ''}
              {...(decision === 'ALGORITHM_STATE_APPROVED' ? {} : { color: 'red.8' })}
            >
              {words.confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
