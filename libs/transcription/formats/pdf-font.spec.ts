import { expect, it } from '@jest/globals';
import PDFDocument from 'pdfkit';
import { FontReach, REGULAR } from './pdf-font.js';

it('says which characters the font of a PDF lacks, and lets something stand for them', () => {
  const reach = new FontReach(new PDFDocument({ font: REGULAR }));
  expect(reach.within('Žluťoučký кот, γάτα, قطة, חתול')).toBe('Žluťoučký кот, γάτα, قطة, חתול');
  expect(reach.notice(['plain text', 'Привет'])).toBeUndefined();
  expect(reach.within('猫 says แมว')).toBe('□ says □□□');
  expect(reach.notice(['猫 says แมว'])).toMatch(/cannot show 4 of the characters \(Han, Thai\); □ stands for each/);
});
