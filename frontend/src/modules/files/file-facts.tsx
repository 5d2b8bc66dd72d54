import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { Copyable } from '../../ui/copyable'
import { Facts } from '../../ui/facts'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { addressOfFilter } from './file-filter'
import { fileId } from './file-name'
import classes from './file-page.module.css'
import { purposeLabel } from './file-purpose'
import { FileStateTag } from './file-state-tag'

/** What is known of a file. @param path of the organisation's files; undefined for those who do not see them */
export function FileFacts({ file, path }: { file: File; path: string | undefined }) {
  const { latest } = file
  const scanner = [
    latest?.scanEngine,
    latest?.signatureVersion !== '' && `signatures ${latest?.signatureVersion}`,
  ].filter((part) => typeof part === 'string' && part !== '')
  const entries: (readonly [string, ReactNode])[] = []
  if (latest !== undefined) {
    entries.push(['State', <FileStateTag key="state" state={latest.state} large />])
    if (scanner.length > 0) {
      entries.push([
        'Scanned',
        <>
          <RelativeTime time={latest.scanTime} /> by {scanner.join(', ')}
        </>,
      ])
    }
    entries.push(['Type', latest.mediaType || 'not known yet'])
    entries.push([
      'SHA-256',
      latest.sha256 === '' ? (
        'not known yet'
      ) : (
        <Copyable
          key="sha256"
          value={latest.sha256}
          shown={`${latest.sha256.slice(0, 16)}…`}
          what="SHA-256"
        />
      ),
    ])
  }
  entries.push(['Purpose', purposeLabel(file.purpose)])
  if (path !== undefined) {
    entries.push([
      'Folder',
      <Link key="folder" className={classes.quiet} to={`${path}?${addressOfFilter({ folder: file.folder })}`}>
        {file.folder === '' ? 'the top' : <bdi>{file.folder}</bdi>}
      </Link>,
    ])
  }
  if (file.tags.length > 0) {
    entries.push([
      'Tags',
      <Group key="tags" gap={4}>
        {file.tags.map((tag) =>
          path === undefined ? (
            <span key={tag} className={classes.tag}>
              {tag}
            </span>
          ) : (
            <Link key={tag} className={classes.tag} to={`${path}?${addressOfFilter({ tags: [tag] })}`}>
              {tag}
            </Link>
          ),
        )}
      </Group>,
    ])
  }
  entries.push(['Added', <RelativeTime key="added" time={file.createTime} />])
  if (file.expireTime !== undefined && file.trashTime === undefined) {
    entries.push(['To the trash', <RelativeTime key="expires" time={file.expireTime} />])
  }
  entries.push([
    'ID',
    <Copyable key="id" value={fileId(file.name)} shown={fileId(file.name).slice(-12)} what="file ID" />,
  ])
  return (
    <Panel title="Details">
      {file.description !== '' && (
        <Text size="sm" mb="sm" className={classes.description}>
          {file.description}
        </Text>
      )}
      <Facts entries={entries} />
    </Panel>
  )
}
