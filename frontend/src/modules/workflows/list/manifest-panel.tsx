import { ActionIcon, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react'
import { Panel } from '../../../ui/panel'
import { saveFile } from '../../../ui/save-file'
import classes from './manifest-panel.module.css'

/** The file that a workflow can be saved from again, here or elsewhere. */
export function ManifestPanel({ manifest, fileName }: { manifest: string; fileName: string }) {
  return (
    <Panel
      title="Manifest"
      flush
      actions={
        <>
          <CopyButton value={manifest}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? 'Copied' : 'Copy'}>
                <ActionIcon aria-label="Copy the manifest" onClick={copy}>
                  {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
          <Tooltip label="Save it as a file">
            <ActionIcon
              aria-label="Save the manifest as a file"
              onClick={() => saveFile([new Blob([manifest])], fileName, 'application/yaml')}
            >
              <IconDownload size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </>
      }
    >
      <section
        className={classes.text}
        aria-label="Manifest as YAML"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
      >
        <pre>{manifest}</pre>
      </section>
    </Panel>
  )
}
