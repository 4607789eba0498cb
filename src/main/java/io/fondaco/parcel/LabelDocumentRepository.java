package io.fondaco.parcel;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** The documents of labels, apart from the labels, so that lists do not read them. */
@ApplicationScoped
class LabelDocumentRepository implements PanacheRepositoryBase<LabelDocumentRepository.LabelDocumentEntity, UUID> {
    /** A stored {@link LabelDocument}; its label has the content type. */
    @Entity(name = "LabelDocumentEntity")
    @Immutable
    @Table(schema = "parcel", name = "document")
    static class LabelDocumentEntity {
        @Id
        @Column(name = "label_id")
        UUID labelId;

        byte[] content;
    }

    /** Stores the document of a label that has none. One statement, at the end of the transaction. */
    void insert(LabelId label, LabelDocument document) {
        LabelDocumentEntity entity = new LabelDocumentEntity();
        entity.labelId = label.value();
        entity.content = document.toBytes();
        persistAndFlush(entity);
    }

    /** One statement. */
    Optional<byte[]> find(LabelId label) {
        return findByIdOptional(label.value()).map(entity -> entity.content);
    }
}
