import type { FilePurpose } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Button, Menu, Text, VisuallyHidden } from '@mantine/core'
import { IconChevronDown, IconFolderUp, IconUpload } from '@tabler/icons-react'
import { useRef } from 'react'
import { formatBytes } from '../../ui/format-bytes'
import { notifyFailure } from '../../ui/notify'
import { purposeLabel, purposes, purposeText } from './file-purpose'
import { useFilePolicies } from './file-queries'
import classes from './upload-button.module.css'
import { filesOfList, hasFilePicker, pickFiles } from './uploads/chosen-files'
import type { ChosenFile } from './uploads/upload-engine'

interface UploadButtonProps {
  readonly onChoose: (files: readonly ChosenFile[], purpose: FilePurpose) => void
}

/** Chooses files, or a folder, for one purpose or another. */
export function UploadButton({ onChoose }: UploadButtonProps) {
  const policies = useFilePolicies().data?.policies ?? []
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const purpose = useRef<FilePurpose>('FILE_PURPOSE_GENERAL')

  const choose = (what: FilePurpose) => {
    purpose.current = what
    if (!hasFilePicker()) return files.current?.click()
    pickFiles(true).then(
      (chosen) => onChoose(chosen, what),
      (error: unknown) => notifyFailure('The files could not be opened', error),
    )
  }
  const take = (input: HTMLInputElement) => {
    onChoose(filesOfList(input.files ?? []), purpose.current)
    // So that the same file can be chosen again.
    input.value = ''
    purpose.current = 'FILE_PURPOSE_GENERAL'
  }
  return (
    <>
      <VisuallyHidden>
        <input
          ref={files}
          type="file"
          multiple
          tabIndex={-1}
          aria-label="Files to upload"
          data-testid="choose-files"
          onChange={(event) => take(event.currentTarget)}
        />
        <input
          ref={folder}
          type="file"
          tabIndex={-1}
          aria-label="Folder to upload"
          onChange={(event) => take(event.currentTarget)}
          {...{ webkitdirectory: '' }}
        />
      </VisuallyHidden>
      <Button.Group>
        <Button
          leftSection={<IconUpload size={16} aria-hidden />}
          onClick={() => choose('FILE_PURPOSE_GENERAL')}
        >
          Upload
        </Button>
        <Menu position="bottom-end" width={310}>
          <Menu.Target>
            <Button className={classes.more ?? ''} aria-label="More ways to upload">
              <IconChevronDown size={16} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconFolderUp size={17} stroke={1.7} aria-hidden />}
              onClick={() => folder.current?.click()}
            >
              A folder
            </Menu.Item>
            <Menu.Divider />
            <Menu.Label>Files for a purpose</Menu.Label>
            {purposes
              .filter((one) => one !== 'FILE_PURPOSE_GENERAL')
              .map((one) => {
                const policy = policies.find((candidate) => candidate.purpose === one)
                return (
                  <Menu.Item key={one} onClick={() => choose(one)}>
                    {purposeLabel(one)}
                    <Text span size="xs" c="dimmed" display="block">
                      {purposeText(one)}
                      {policy !== undefined && `; at most ${formatBytes(policy.maxSizeBytes)}`}
                    </Text>
                  </Menu.Item>
                )
              })}
          </Menu.Dropdown>
        </Menu>
      </Button.Group>
    </>
  )
}
