package io.fondaco.access;

import io.fondaco.platform.web.ApiException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;

/** Turns a key into an identity whose roles are the key's scopes. */
@ApplicationScoped
class ApiKeyIdentityProvider implements IdentityProvider<TokenAuthenticationRequest> {
    private final ApiKeyAuthenticator authenticator;

    ApiKeyIdentityProvider(ApiKeyAuthenticator authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public Class<TokenAuthenticationRequest> getRequestType() {
        return TokenAuthenticationRequest.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(
            TokenAuthenticationRequest request, AuthenticationRequestContext context) {
        return context.runBlocking(() -> identify(request.getToken().getToken()));
    }

    private SecurityIdentity identify(String secret) {
        try {
            ApiKeyAuthenticator.ApiKeyPrincipal apiKeyPrincipal =
                    authenticator.authenticate(secret).orElseThrow(AuthenticationFailedException::new);
            return QuarkusSecurityIdentity.builder()
                    .setPrincipal(apiKeyPrincipal::name)
                    .addRoles(apiKeyPrincipal.scopes())
                    .build();
        } catch (ApiException rejection) {
            throw new AuthenticationFailedException(rejection);
        } catch (SQLException e) {
            // The exception mapper answers 503, because it is unknown whether the key is valid.
            throw new IllegalStateException("Cannot look up the API key", e);
        }
    }
}
