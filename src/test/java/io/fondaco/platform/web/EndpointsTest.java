package io.fondaco.platform.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.admission.Bulk;
import io.fondaco.platform.admission.ExemptFromAdmission;
import io.quarkus.test.junit.QuarkusTest;
import java.lang.annotation.Annotation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests are found by the annotations of the resource methods that answer them. */
@QuarkusTest
class EndpointsTest {
    private final Endpoints endpoints;

    EndpointsTest(Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/admin/v1/imports,true",
        "POST,/admin/v1/imports/,true",
        "GET,/admin/v1/imports,false",
        "POST,/admin/v1/imports/import_1,false",
        "POST,/admin/v1/products,false"
    })
    void annotationOnAMethodAppliesToItsRequests(String method, String path, boolean streamed) {
        assertThat(isAnnotated(method, path, StreamedBody.class)).isEqualTo(streamed);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/admin/v1/imports,true",
        "POST,/admin/v1/imports,true",
        "GET,/admin/v1/imports/import_1/errors.csv,true",
        "GET,/admin/v1/imports/import_1/errorsxcsv,false",
        "GET,/admin/v1/exports,true",
        "HEAD,/admin/v1/exports,true",
        "GET,/admin/v1/products,false",
        "GET,/admin/v1/importsale,false"
    })
    void annotationOnAClassAppliesToAllItsRequests(String method, String path, boolean bulk) {
        assertThat(isAnnotated(method, path, Bulk.class)).isEqualTo(bulk);
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/store/v1/carts/cart_1/complete,true",
        "GET,/store/v1/carts/cart_1/complete,false",
        "POST,/store/v1/carts/complete,false",
        "POST,/store/v1/carts/cart_1/lines/complete,false",
        "POST,/store/v1/carts/cart_1/lines,false"
    })
    void pathParameterMatchesOneSegment(String method, String path, boolean exempt) {
        assertThat(isAnnotated(method, path, ExemptFromAdmission.class)).isEqualTo(exempt);
    }

    @Test
    void annotationThatNoResourceHasFindsNothing() {
        assertThat(endpoints.annotatedWith(Override.class)).isEmpty();
    }

    private boolean isAnnotated(String method, String path, Class<? extends Annotation> annotation) {
        return endpoints.annotatedWith(annotation).stream().anyMatch(endpoint -> endpoint.matches(method, path));
    }
}
