import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Modal, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { type ApiError, toApiError } from '../../app/api-error'
import { Copyable } from '../../ui/copyable'
import { ShareField, whoseAddress } from '../../ui/share-field'
import { SharedWith } from '../../ui/shared-with'
import { fileAddress } from './file-name'
import { useShareFile } from './use-file-changes'
import { violationSentence } from './violation-sentence'

interface ShareFileDialogProps {
  readonly file: File
  readonly opened: boolean
  /** Whether the caller may share with others than members of the organisation. */
  readonly withAnyone: boolean
  readonly onClose: () => void
}

type Whom = 'user' | 'organization'

/** The field is the only one: whoever nobody knows, and whoever may not see it, is its problem. */
function problemOf(failure: ApiError): string | undefined {
  const [violation] = failure.violations
  if (violation !== undefined) return violationSentence(violation)
  return failure.code === 'NOT_FOUND' ? failure.message : undefined
}

export default function ShareFileDialog({ file, opened, withAnyone, onClose }: ShareFileDialogProps) {
  const { share, unshare } = useShareFile(file.name)
  const [whom, setWhom] = useState<Whom>('user')
  const [text, setText] = useState('')
  const failure = share.error === null ? undefined : toApiError(share.error)
  const problem = failure && problemOf(failure)
  const shareWith = (value: string) =>
    share.mutate(
      whom === 'user' ? { email: value } : { organization: `organizations/${value.toLowerCase()}` },
      { onSuccess: () => setText('') },
    )
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Share this file"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        {withAnyone && (
          <SegmentedControl
            aria-label="Share with"
            data={[
              { value: 'user', label: 'A person' },
              { value: 'organization', label: 'An organisation' },
            ]}
            value={whom}
            onChange={(chosen) => {
              share.reset()
              setText('')
              setWhom(chosen as Whom)
            }}
          />
        )}
        <ShareField
          key={whom}
          label={whom === 'user' ? 'E-mail address' : 'Organisation'}
          description={
            whom === 'organization'
              ? 'Its short name, as in the address of its pages; all its members see the file'
              : whoseAddress(withAnyone)
          }
          type={whom === 'user' ? 'email' : 'text'}
          {...(whom === 'organization'
            ? { pattern: '[a-zA-Z][a-zA-Z0-9\\-]{1,62}', placeholder: 'survey-institute' }
            : {})}
          value={text}
          pending={share.isPending}
          problem={problem}
          failure={failure?.message}
          onChange={(value) => {
            share.reset()
            setText(value)
          }}
          onShare={shareWith}
        />
        <SharedWith
          shares={file.shares}
          empty="Nobody yet. Members of your organisation find the file under “Files” without that."
          ending={unshare.isPending ? unshare.variables.with : undefined}
          onEnd={(one) => unshare.mutate(one)}
        />
        <Text size="sm" c="dimmed" component="div">
          They see and fetch what is released of it, under “Shared with me” or at this address:
          <div>
            <Copyable value={`${window.location.origin}${fileAddress(file.name)}`} what="address" />
          </div>
        </Text>
      </Stack>
    </Modal>
  )
}
