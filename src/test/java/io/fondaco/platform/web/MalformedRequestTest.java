package io.fondaco.platform.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Malformed requests get a 4xx or a closed connection, and log no server error. */
@QuarkusTest
class MalformedRequestTest {
    private static final int TIMEOUT_MILLIS = 2_000;

    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
                errors.add(record.getLoggerName() + ": " + record.getMessage());
            }
        }

        @Override
        public void flush() {
            // Nothing is buffered.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    @BeforeEach
    void recordErrors() {
        Logger.getLogger("").addHandler(handler);
    }

    @AfterEach
    void stopRecordingErrors() {
        Logger.getLogger("").removeHandler(handler);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /store/v1/products HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET /nowhere HTTP/1.0\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /store/v1/products/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /store/v1/products/% HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /store/v1/orders/%ff HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n",
                "GET /store/v1/products?limit=%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /store/v1/products?%=%&limit=1 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /store/v1/products?limit=999999999999999999999 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /store/v1/products?cursor=%00 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /store/v1/products?category=%00 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /store/v1/products/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
                "nonsense\r\n\r\n",
                "GET /store/v1/products\r\n\r\n",
                "GET /store/v1/products HTTP/9.9\r\nHost: a\r\n\r\n",
                "GET http://[/store/v1/products HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http:///store/v1/products HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET store/v1/products HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /store/v1/products HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET /store/v1/products HTTP/1.1\r\nHost: [::\r\n\r\n",
                "GET /store/v1/products HTTP/1.1\r\nHost: a:b\r\n\r\n",
                "GET /store/v1/carts HTTP/1.1\r\nHost: a:99999999\r\n\r\n",
                "GET /store/v1/products HTTP/1.1\r\nHost: a\r\nA b: c\r\n\r\n",
                "GET /store/v1/products HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
                "GET /store/v1/carts/x HTTP/1.1\r\nHost: a\r\nAccept: nonsense\r\nAuthorization: Bearer x\r\n\r\n",
                "GET /store/v1/carts/x HTTP/1.1\r\nHost: a\r\nAccept: */*;q=x\r\nAuthorization: Bearer x\r\n\r\n",
                "GET /store/v1/carts/x HTTP/1.1\r\nHost: a\r\nAccept: ,;=/\r\nAuthorization: Bearer x\r\n\r\n",
                "GET /store/v1/carts/x HTTP/1.1\r\nHost: a\r\nAccept-Language: ;;q=\r\nAuthorization: Bearer x\r\n\r\n",
                "GET /store/v1/products HTTP/1.1\r\nHost: a\r\nCookie: \u0001=;;=\r\n\r\n",
                "GET /store/v1/products HTTP/1.1\r\nHost: a\r\nFondaco-Consistency: nonsense\r\n\r\n",
                "GET /store/v1/products HTTP/1.1\r\nHost: a\r\ntraceparent: nonsense\r\n\r\n",
                "GET /store/v1/products HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"\r\n\r\n",
                "GET /admin/v1/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \r\n\r\n",
                "GET /admin/v1/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Basic !!\r\n\r\n",
                "GET /admin/v1/orders HTTP/1.1\r\nHost: a\r\nAuthorization: \u00ff\r\n\r\n",
                "POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n{}",
                "POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{}",
                "POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                "POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
                "POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Type: nonsense\r\nContent-Length: 2\r\n\r\n{}",
                "POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Type: a/b/c;=\r\nContent-Length: 2\r\n\r\n{}",
                "POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json;charset=nonsense\r\n"
                        + "Content-Length: 2\r\n\r\n{}",
                "POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data\r\n"
                        + "Content-Length: 2\r\n\r\n{}",
                "POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        + "Content-Length: 3\r\n\r\n%zz",
                "POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
                "POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: nonsense\r\n"
                        + "Content-Length: 2\r\n\r\n{}",
                "POST /store/v1/payment-webhooks/test HTTP/1.1\r\nHost: a\r\nFondaco-Signature: x\r\n"
                        + "Content-Length: 1\r\n\r\n{",
                "POST /store/v1/payment-webhooks/stripe HTTP/1.1\r\nHost: a\r\nStripe-Signature: t=a,v1=\r\n"
                        + "Content-Length: 1\r\n\r\n{",
                "TRACE /store/v1/products HTTP/1.1\r\nHost: a\r\n\r\n",
                "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "GET /q/openapi?format=nonsense HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /q/swagger-ui/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /q/swagger-ui/..%2f..%2fx HTTP/1.1\r\nHost: a\r\n\r\n"
            })
    void malformedRequestLogsNoServerError(String request) throws IOException {
        String response = send(request);
        assertThat(response)
                .satisfiesAnyOf(it -> assertThat(it).matches("(?s)HTTP/\\d\\.\\d [1234]\\d\\d .*"), it -> assertThat(it)
                        .isEmpty());
        assertThat(response).doesNotContain("Exception");
        assertThat(errors).isEmpty();
    }

    private static String send(String request) throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            byte[] start = new byte[64 * 1024];
            int read = Math.max(0, socket.getInputStream().read(start));
            return new String(start, 0, read, StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException _) {
            return "";
        }
    }
}
