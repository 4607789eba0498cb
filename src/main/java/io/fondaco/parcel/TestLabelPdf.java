package io.fondaco.parcel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes the label of the test provider: a PDF of one page in A6 with one line of text. */
final class TestLabelPdf {
    private TestLabelPdf() {}

    /** @param text ASCII letters, digits and spaces */
    static LabelDocument create(String text) {
        String drawing = "BT /F1 9 Tf 20 380 Td (%s) Tj ET".formatted(text);
        List<String> objects = List.of(
                "<</Type/Catalog/Pages 2 0 R>>",
                "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 298 420]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
                "<</Length %d>>\nstream\n%s\nendstream".formatted(drawing.length(), drawing),
                "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
        StringBuilder pdf = new StringBuilder("%PDF-1.4\n");
        List<Integer> offsets = new ArrayList<>();
        for (int index = 0; index < objects.size(); index++) {
            offsets.add(pdf.length());
            pdf.append(index + 1).append(" 0 obj\n").append(objects.get(index)).append("\nendobj\n");
        }
        int table = pdf.length();
        int entries = objects.size() + 1;
        pdf.append("xref\n0 ").append(entries).append("\n0000000000 65535 f \n");
        offsets.forEach(offset -> pdf.append("%010d 00000 n \n".formatted(offset)));
        pdf.append("trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n".formatted(entries, table));
        return new LabelDocument(LabelDocument.PDF, pdf.toString().getBytes(StandardCharsets.US_ASCII));
    }
}
