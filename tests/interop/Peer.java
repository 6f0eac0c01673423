import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Date;
import java.util.List;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509ExtensionUtils;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.ContentVerifier;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.tsp.TimeStampTokenGenerator;

/**
 * Bouncy Castle as the second opinion: makes a small hierarchy with everything that it signs, and judges one of ours.
 *
 * make KEYALG CURVE SIGNATURE DIGEST-OID FOLDER: files ca, leaf, ocsp-signer, tsa (.der certificates), request.csr, ca.crl (leaf is not
 * on it, number 666 is), leaf.ocsp, attached.p7, detached.p7 over content.bin, plain.p7 (no signed attributes), token.p7.
 * verify FOLDER NAME...: one line "NAME ok" or "NAME fault ..." for each file of ours; the certificates are there under
 * the same names. A .signature is over content.bin with the key key.spki and the algorithm algorithm.bin.
 */
public final class Peer {
    private static final JcaX509CertificateConverter CONVERTER = new JcaX509CertificateConverter().setProvider("BC");

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        if (arguments[0].equals("make")) {
            new Maker(arguments[1], arguments[2], arguments[3], arguments[4], Path.of(arguments[5])).make();
        } else {
            Path folder = Path.of(arguments[1]);
            for (String name : Arrays.asList(arguments).subList(2, arguments.length)) {
                System.out.println(name + " " + outcome(folder, name));
            }
        }
    }

    private static String outcome(Path folder, String name) {
        try {
            return verify(folder, name) ? "ok" : "fault: does not verify";
        } catch (Exception fault) {
            return "fault: " + fault;
        }
    }

    private static X509CertificateHolder certificate(Path folder, String name) throws IOException {
        return new X509CertificateHolder(Files.readAllBytes(folder.resolve(name + ".der")));
    }

    private static ContentVerifierProvider verifier(X509CertificateHolder by) throws Exception {
        return new JcaContentVerifierProviderBuilder().setProvider("BC").build(CONVERTER.getCertificate(by));
    }

    private static boolean verify(Path folder, String name) throws Exception {
        byte[] octets = Files.readAllBytes(folder.resolve(name));
        if (name.endsWith(".der")) {
            return new X509CertificateHolder(octets).isSignatureValid(verifier(certificate(folder, "ca")));
        }
        if (name.endsWith(".csr")) {
            PKCS10CertificationRequest request = new PKCS10CertificationRequest(octets);
            return request.isSignatureValid(
                new JcaContentVerifierProviderBuilder().setProvider("BC").build(request.getSubjectPublicKeyInfo()));
        }
        if (name.endsWith(".crl")) {
            return new X509CRLHolder(octets).isSignatureValid(verifier(certificate(folder, "ca")));
        }
        if (name.endsWith(".ocsp")) {
            BasicOCSPResp response = (BasicOCSPResp) new OCSPResp(octets).getResponseObject();
            X509CertificateHolder responder = response.getCerts()[0];
            return responder.isSignatureValid(verifier(certificate(folder, "ca")))
                && response.isSignatureValid(verifier(responder))
                && response.getResponses()[0].getCertStatus() == CertificateStatus.GOOD;
        }
        if (name.endsWith(".signature")) {
            return verifyRaw(folder, octets);
        }
        if (name.startsWith("token")) {
            TimeStampToken token = new TimeStampToken(new CMSSignedData(octets));
            X509CertificateHolder unit = certificate(folder, "tsa");
            token.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(unit));
            MessageDigest digest = MessageDigest.getInstance(
                token.getTimeStampInfo().getMessageImprintAlgOID().getId(), "BC");
            byte[] content = Files.readAllBytes(folder.resolve("content.bin"));
            return Arrays.equals(digest.digest(content), token.getTimeStampInfo().getMessageImprintDigest());
        }
        return verifyCms(folder, octets, !name.startsWith("attached"));
    }

    private static boolean verifyRaw(Path folder, byte[] octets) throws Exception {
        SubjectPublicKeyInfo key = SubjectPublicKeyInfo.getInstance(Files.readAllBytes(folder.resolve("key.spki")));
        AlgorithmIdentifier algorithm =
            AlgorithmIdentifier.getInstance(Files.readAllBytes(folder.resolve("algorithm.bin")));
        ContentVerifier verifier =
            new JcaContentVerifierProviderBuilder().setProvider("BC").build(key).get(algorithm);
        verifier.getOutputStream().write(Files.readAllBytes(folder.resolve("content.bin")));
        return verifier.verify(octets);
    }

    private static boolean verifyCms(Path folder, byte[] octets, boolean detached) throws Exception {
        byte[] content = Files.readAllBytes(folder.resolve("content.bin"));
        CMSSignedData signed = detached
            ? new CMSSignedData(new CMSProcessableByteArray(content), octets)
            : new CMSSignedData(octets);
        X509CertificateHolder leaf = certificate(folder, "leaf");
        boolean found = false;
        for (SignerInformation signer : signed.getSignerInfos()) {
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(leaf))) {
                return false;
            }
            found = true;
        }
        return found;
    }

    private static final class Maker {
        private final String keyAlgorithm;
        private final String curve;
        private final String signature;
        private final ASN1ObjectIdentifier digest;
        private final Path folder;
        private final Date from = new Date(System.currentTimeMillis() - 3_600_000L);
        private final Date until = new Date(System.currentTimeMillis() + 86_400_000L);
        private final X500Name ca = new X500Name("C=RU,O=Peer,CN=Peer CA");

        Maker(String keyAlgorithm, String curve, String signature, String digest, Path folder) {
            this.keyAlgorithm = keyAlgorithm;
            this.curve = curve;
            this.signature = signature;
            this.digest = new ASN1ObjectIdentifier(digest);
            this.folder = folder;
        }

        void make() throws Exception {
            byte[] content = Files.readAllBytes(folder.resolve("content.bin"));
            KeyPair root = keys();
            KeyPair person = keys();
            KeyPair responder = keys();
            KeyPair unit = keys();
            X509CertificateHolder top = issue("ca", ca, root, root, 1, null, KeyUsage.keyCertSign | KeyUsage.cRLSign);
            X509CertificateHolder leaf = issue(
                "leaf", new X500Name("C=RU,CN=Peer Person"), person, root, 2, null, KeyUsage.nonRepudiation);
            X509CertificateHolder status = issue("ocsp-signer", new X500Name("C=RU,CN=Peer OCSP"), responder, root, 3,
                KeyPurposeId.id_kp_OCSPSigning, KeyUsage.digitalSignature);
            X509CertificateHolder tsa = issue("tsa", new X500Name("C=RU,CN=Peer TSA"), unit, root, 4,
                KeyPurposeId.id_kp_timeStamping, KeyUsage.digitalSignature);
            write("request.csr", new JcaPKCS10CertificationRequestBuilder(new X500Name("C=RU,CN=Asks"), person.getPublic())
                .build(signer(person.getPrivate())).getEncoded());
            X509v2CRLBuilder list = new X509v2CRLBuilder(ca, from).setNextUpdate(until);
            list.addCRLEntry(BigInteger.valueOf(666), from, CRLReason.keyCompromise);
            list.addExtension(Extension.authorityKeyIdentifier, false,
                new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(top.getSubjectPublicKeyInfo()));
            list.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.ONE));
            write("ca.crl", list.build(signer(root.getPrivate())).getEncoded());
            writeOcsp(top, leaf, status, responder.getPrivate());
            write("attached.p7", cms(content, leaf, person.getPrivate(), true, false));
            write("detached.p7", cms(content, leaf, person.getPrivate(), false, false));
            write("plain.p7", cms(content, leaf, person.getPrivate(), false, true));
            writeToken(content, tsa, unit.getPrivate());
        }

        private KeyPair keys() throws Exception {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(keyAlgorithm, "BC");
            generator.initialize(new ECGenParameterSpec(curve), new SecureRandom());
            return generator.generateKeyPair();
        }

        private ContentSigner signer(PrivateKey key) throws Exception {
            return new JcaContentSignerBuilder(signature).setProvider("BC").build(key);
        }

        private void write(String name, byte[] octets) throws IOException {
            Files.write(folder.resolve(name), octets);
        }

        private X509CertificateHolder issue(String file, X500Name subject, KeyPair keys, KeyPair issuer, int serial,
            KeyPurposeId purpose, int usage) throws Exception {
            SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
            SubjectPublicKeyInfo by = SubjectPublicKeyInfo.getInstance(issuer.getPublic().getEncoded());
            X509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                ca, BigInteger.valueOf(serial), from, until, subject, info);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(serial == 1));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
            builder.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(info));
            builder.addExtension(Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(by));
            if (purpose != null) {
                builder.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(purpose));
                builder.addExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE);
            }
            X509CertificateHolder made = builder.build(signer(issuer.getPrivate()));
            write(file + ".der", made.getEncoded());
            return made;
        }

        private void writeOcsp(X509CertificateHolder top, X509CertificateHolder leaf, X509CertificateHolder responder,
            PrivateKey key) throws Exception {
            DigestCalculator sha1 = new JcaDigestCalculatorProviderBuilder().setProvider("BC").build()
                .get(CertificateID.HASH_SHA1);
            BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(responder.getSubjectPublicKeyInfo(), sha1);
            builder.addResponse(new CertificateID(sha1, top, leaf.getSerialNumber()), CertificateStatus.GOOD, from, until);
            BasicOCSPResp basic = builder.build(signer(key), new X509CertificateHolder[] {responder}, from);
            write("leaf.ocsp", new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, basic).getEncoded());
        }

        private byte[] cms(byte[] content, X509CertificateHolder leaf, PrivateKey key, boolean attached, boolean plain)
            throws Exception {
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            JcaSimpleSignerInfoGeneratorBuilder builder = new JcaSimpleSignerInfoGeneratorBuilder().setProvider("BC");
            generator.addSignerInfoGenerator(
                builder.setDirectSignature(plain).build(signature, key, CONVERTER.getCertificate(leaf)));
            generator.addCertificates(new JcaCertStore(List.of(leaf)));
            return generator.generate(new CMSProcessableByteArray(content), attached).getEncoded();
        }

        private void writeToken(byte[] content, X509CertificateHolder tsa, PrivateKey key) throws Exception {
            DigestCalculator sha1 = new JcaDigestCalculatorProviderBuilder().setProvider("BC").build()
                .get(CertificateID.HASH_SHA1);
            TimeStampTokenGenerator generator = new TimeStampTokenGenerator(
                new JcaSimpleSignerInfoGeneratorBuilder().setProvider("BC")
                    .build(signature, key, CONVERTER.getCertificate(tsa)),
                sha1, new ASN1ObjectIdentifier("1.2.3.4"));
            generator.addCertificates(new JcaCertStore(List.of(tsa)));
            TimeStampRequestGenerator asks = new TimeStampRequestGenerator();
            asks.setCertReq(true);
            byte[] imprint = MessageDigest.getInstance(digest.getId(), "BC").digest(content);
            TimeStampRequest request = asks.generate(digest, imprint);
            write("token.p7", generator.generate(request, BigInteger.ONE, new Date()).getEncoded());
        }
    }
}
