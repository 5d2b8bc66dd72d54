import type { Review, ReviewComment } from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import { Alert, Button, Group, SegmentedControl, Stack, Text, Textarea } from '@mantine/core'
import { IconLock, IconUsers } from '@tabler/icons-react'
import { type FormEvent, useRef, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import { Panel } from '../../../ui/panel'
import { RelativeTime } from '../../../ui/relative-time'
import { Tag } from '../../../ui/tag'
import classes from './desk.module.css'
import { useCommentOnReview } from './review-queries'

/** What was said: to both sides, and among the operator's people alone. */
export function ReviewComments({ review }: { review: Review }) {
  return (
    <Panel title="Comments">
      <Stack gap="sm">
        {review.comments.length === 0 && (
          <Text size="sm" c="dimmed">
            Nobody has said anything yet.
          </Text>
        )}
        {review.comments.map((comment) => (
          <Comment key={`${comment.time?.toISOString()} ${comment.text}`} comment={comment} />
        ))}
        {review.actions.includes('REVIEW_ACTION_COMMENT') && <Composer review={review} />}
      </Stack>
    </Panel>
  )
}

function Comment({ comment }: { comment: ReviewComment }) {
  return (
    <div className={classes.comment} data-internal={comment.public ? undefined : true}>
      <Group gap={8} mb={4}>
        <Text size="sm" fw={600}>
          {comment.userDisplayName}
        </Text>
        <Text size="xs" c="dimmed">
          {comment.organizationDisplayName} · <RelativeTime time={comment.time} />
        </Text>
        <Tag color={comment.public ? 'sea' : 'yellow'}>{comment.public ? 'Public' : 'Internal'}</Tag>
      </Group>
      <Text size="sm" className={classes.preserved}>
        {comment.text}
      </Text>
    </div>
  )
}

function Composer({ review }: { review: Review }) {
  const say = useCommentOnReview(review.name)
  const [text, setText] = useState('')
  // What is meant for both sides must be chosen; what is not must not leak by a slip.
  const [isPublic, setPublic] = useState(false)
  const requestId = useRef(crypto.randomUUID())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    say.mutate(
      { text: text.trim(), public: isPublic, requestId: requestId.current },
      {
        onSuccess: () => {
          requestId.current = crypto.randomUUID()
          setText('')
          setPublic(false)
        },
      },
    )
  }
  const sides = `${review.transfer?.sellerDisplayName ?? 'the seller'} and ${review.transfer?.buyerDisplayName ?? 'the buyer'}`
  return (
    <form onSubmit={submit} className={classes.composer} data-internal={isPublic ? undefined : true}>
      <Stack gap="xs" mt="xs">
        <SegmentedControl
          size="xs"
          aria-label="Who reads the comment"
          value={isPublic ? 'public' : 'internal'}
          onChange={(value) => setPublic(value === 'public')}
          data={[
            { value: 'internal', label: 'Internal' },
            { value: 'public', label: 'Public' },
          ]}
          style={{ alignSelf: 'flex-start' }}
        />
        <div className={classes.audience} role="status">
          {isPublic ? <IconUsers size={15} aria-hidden /> : <IconLock size={15} aria-hidden />}
          {isPublic ? `${sides} read it, too.` : 'The operator’s people alone read it.'}
        </div>
        <Textarea
          aria-label={isPublic ? 'Public comment' : 'Internal comment'}
          autosize
          minRows={2}
          maxRows={12}
          maxLength={2000}
          value={text}
          onChange={(event) => {
            if (say.isError) say.reset()
            setText(event.currentTarget.value)
          }}
        />
        {say.isError && (
          <Alert color="red" role="alert">
            {toApiError(say.error).message}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button
            type="submit"
            variant={isPublic ? 'filled' : 'default'}
            loading={say.isPending}
            disabled={text.trim() === ''}
          >
            {isPublic ? 'Say to both sides' : 'Add internal comment'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
