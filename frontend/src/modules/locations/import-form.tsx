import type { FixFileFormat } from '@fairlead/proto/web/fairlead/locations/v1/imports'
import { Alert, Button, Checkbox, Group, Radio, Select, SimpleGrid, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import type { CurrentOrganization } from '../../app/organization'
import { FileDrop } from './file-drop'
import { ImportDeviceSelect } from './import-device-select'
import type { ImportChoice } from './import-queries'
import { fixFileFormats, formatLabel } from './import-state'
import classes from './imports.module.css'
import { timeZones } from './time-zones'

interface ImportFormProps {
  readonly organization: CurrentOrganization
  /** Of the beginning of an import. */
  readonly error: Error | null
  readonly pending: boolean
  readonly onSubmit: (choice: ImportChoice, begun: () => void) => void
}

/** Chooses a file, and tells whose fixes it holds. */
export function ImportForm({ organization, error, pending, onSubmit }: ImportFormProps) {
  const mayManage = organization.may('locations.manage')
  const [file, setFile] = useState<File>()
  const [format, setFormat] = useState<FixFileFormat>('FIX_FILE_FORMAT_UNSPECIFIED')
  const [whose, setWhose] = useState<'rows' | 'one'>('rows')
  const [device, setDevice] = useState('')
  const [createMissing, setCreateMissing] = useState(false)
  const [timeZone, setTimeZone] = useState('')
  const failure = error === null ? undefined : toApiError(error)
  const deviceFits = whose === 'rows' || device !== ''

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (file === undefined || !deviceFits) return
    onSubmit(
      {
        file,
        format,
        device: whose === 'one' ? `${organization.name}/devices/${device}` : '',
        createMissing: whose === 'rows' && mayManage && createMissing,
        timeZone,
      },
      () => setFile(undefined),
    )
  }
  return (
    <form onSubmit={submit} className={classes.form} aria-label="Import a file">
      <FileDrop file={file} onChoose={setFile} />
      <Stack gap="md">
        <Radio.Group
          label="Whose fixes are they?"
          value={whose}
          onChange={(value) => setWhose(value as 'rows' | 'one')}
        >
          <Stack gap={10} mt={8}>
            <Radio
              value="rows"
              label="Each row names its device"
              description="In a column or property “device”, “uid”, “user” or “id”, or as the name of a GPX track"
            />
            <Radio value="one" label="All of one device" />
          </Stack>
        </Radio.Group>
        {whose === 'rows' ? (
          <Checkbox
            checked={mayManage && createMissing}
            disabled={!mayManage}
            onChange={(event) => setCreateMissing(event.currentTarget.checked)}
            label="Make a person and a device for each that is missing"
            description={
              mayManage
                ? 'Otherwise rows of unknown devices are rejected. The new persons have consented to nothing yet.'
                : 'Administrators may; for others, rows of unknown devices are rejected.'
            }
          />
        ) : (
          <ImportDeviceSelect organization={organization.slug} value={device} onChange={setDevice} />
        )}
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select
            label="Format"
            data={[
              { value: 'FIX_FILE_FORMAT_UNSPECIFIED', label: 'By name and content' },
              ...fixFileFormats.map((value) => ({ value, label: formatLabel(value) })),
            ]}
            value={format}
            allowDeselect={false}
            onChange={(value) => setFormat((value ?? 'FIX_FILE_FORMAT_UNSPECIFIED') as FixFileFormat)}
          />
          <Select
            label="Times without a zone are in"
            data={timeZones()}
            value={timeZone === '' ? null : timeZone}
            placeholder="UTC"
            searchable
            clearable
            limit={50}
            nothingFoundMessage="No such zone"
            onChange={(value) => setTimeZone(value ?? '')}
          />
        </SimpleGrid>
        {failure !== undefined && (
          <Alert color="red" role="alert">
            {failure.message}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={pending} disabled={file === undefined || !deviceFits}>
            Import
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
