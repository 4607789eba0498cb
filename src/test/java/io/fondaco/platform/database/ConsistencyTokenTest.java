package io.fondaco.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.identity.Hmac;
import io.fondaco.platform.topology.Position;
import java.util.Random;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class ConsistencyTokenTest {
    private static final SecretKeySpec KEY = Hmac.key(new byte[32]);
    private static final SecretKeySpec OTHER_KEY =
            Hmac.key("another cluster's key, as long as it must".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    @Property
    void signedTokenIsVerified(@ForAll @IntRange int timeline, @ForAll @LongRange(min = 0) long lsn) {
        Position position = new Position(timeline, lsn);
        assertThat(ConsistencyToken.verify(ConsistencyToken.sign(position, KEY), KEY))
                .contains(position);
    }

    @Property
    void tokenOfAnotherKeyOrChangedTokenIsRejected(
            @ForAll @IntRange int timeline, @ForAll @LongRange(min = 0) long lsn, @ForAll long seed) {
        String token = ConsistencyToken.sign(new Position(timeline, lsn), KEY);
        assertThat(ConsistencyToken.verify(token, OTHER_KEY)).isEmpty();
        Random random = new Random(seed);
        int index = random.nextInt(token.length());
        char other = "0123456789abcdefXYZ_-".charAt(random.nextInt(21));
        String changed = token.substring(0, index) + other + token.substring(index + 1);
        // The last character of a 16-byte signature has unused bits; a token with other unused bits is rejected too.
        if (!changed.equals(token)) {
            assertThat(ConsistencyToken.verify(changed, KEY)).isEmpty();
        }
        assertThat(ConsistencyToken.verify(token.substring(0, index), KEY)).isEmpty();
    }

    @Property
    void laterPositionSortsLaterAsText(
            @ForAll @IntRange(max = 3) int timeline,
            @ForAll @LongRange(min = 0) long lsn,
            @ForAll @IntRange(max = 3) int otherTimeline,
            @ForAll @LongRange(min = 0) long otherLsn) {
        Position one = new Position(timeline, lsn);
        Position other = new Position(otherTimeline, otherLsn);
        int order = ConsistencyToken.sign(one, KEY).compareTo(ConsistencyToken.sign(other, KEY));
        assertThat(Integer.signum(order)).isEqualTo(Integer.signum(one.compareTo(other)));
    }
}
