/** One dialog for all: a heading that names it, a close button that says so, the focus trapped inside. */

import { CloseButton, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly opened: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export function Dialog({ opened, close, title, wide, children }: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={close} centered withCloseButton={false} size={wide ? 760 : 'md'}>
      <div className="kk-dialog-head">
        <Modal.Title>{title}</Modal.Title>
        <CloseButton aria-label={t('common.close')} onClick={close} />
      </div>
      {children}
    </Modal>
  );
}
