using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;

namespace SecureFL.Deployment.Holders;

/// <summary>
/// The key holder's answers to the tasks of the joint-key suite: a key epoch's messages, the check of a sum, partial
/// decryptions. Not thread-safe.
/// </summary>
internal sealed class JointKeyTasks(AggregationPlan plan, KeyHolder holder) : IDisposable
{
    private KeyReveal? _reveal;
    private CiphertextSumCheck? _check;

    /// <summary>
    /// The answer's canonical message, empty for "done"; null for a task that is none of this suite's.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The task breaks the protocol.</exception>
    internal byte[]? Answer(HolderTask task)
    {
        JointKeyHolder key = holder.JointKey;
        switch (task.TaskCase)
        {
            case HolderTask.TaskOneofCase.CreateKeyEntry:
                return key.CreateEntry(task.CreateKeyEntry.Epoch).Encode();
            case HolderTask.TaskOneofCase.KeyOpeningMessage:
                return key.HandleOpening(KeyEpochOpening.Parse(task.KeyOpeningMessage.Span, plan)).Encode();
            case HolderTask.TaskOneofCase.KeyCommitmentsMessage:
                _reveal = key.HandleCommitments(KeyEpochCommitments.Parse(task.KeyCommitmentsMessage.Span, plan));
                return _reveal.PublicKey.Encode();
            case HolderTask.TaskOneofCase.CreateKeyDealing:
                return Revealed(task.CreateKeyDealing.Epoch).Dealing.Encode();
            case HolderTask.TaskOneofCase.CreateKeyShare:
                KeyReveal reveal = Revealed(task.CreateKeyShare.Epoch);
                return task.CreateKeyShare.Recipient < (uint)reveal.Shares.Length
                    ? reveal.Shares[(int)task.CreateKeyShare.Recipient].Encode()
                    : throw new ProtocolViolationException(
                        ViolationCode.OutOfRange, Party.Server, $"recipient 0 to {reveal.Shares.Length - 1}",
                        $"{task.CreateKeyShare.Recipient}");
            case HolderTask.TaskOneofCase.PublicKeyShareMessage:
                key.HandlePublicKeyShare(PublicKeyShare.Parse(task.PublicKeyShareMessage.Span, plan));
                return [];
            case HolderTask.TaskOneofCase.KeyDealingMessage:
                key.HandleKeyDealing(KeyDealing.Parse(task.KeyDealingMessage.Span, plan));
                return [];
            case HolderTask.TaskOneofCase.KeyShareMessage:
                key.HandleKeyShare(SealedKeyShare.Parse(task.KeyShareMessage.Span, plan));
                return [];
            case HolderTask.TaskOneofCase.CreateKeyConfirmation:
                KeyEpochConfirmation confirmation = key.CreateConfirmation(task.CreateKeyConfirmation.Epoch);
                _reveal = null;
                return confirmation.Encode();
            case HolderTask.TaskOneofCase.KeyRecordMessage:
                key.HandleRecord(KeyEpochRecord.Parse(task.KeyRecordMessage.Span, plan));
                return [];
            default:
                return AnswerRound(task, key);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _check?.Dispose();

    private byte[]? AnswerRound(HolderTask task, JointKeyHolder key)
    {
        switch (task.TaskCase)
        {
            case HolderTask.TaskOneofCase.CheckSumMessage:
                EndCheck();
                _check = key.CheckSum(CertificateProposal.Parse(task.CheckSumMessage.Span, plan));
                return [];
            case HolderTask.TaskOneofCase.ListedCiphertextMessage:
                Check(ListedCiphertext.Parse(task.ListedCiphertextMessage.Span, plan));
                return [];
            case HolderTask.TaskOneofCase.SummedCiphertextMessage:
                key.HandleSummedCiphertext(SummedCiphertext.Parse(task.SummedCiphertextMessage.Span, plan));
                return [];
            case HolderTask.TaskOneofCase.CreatePartialDecryption:
                CreatePartialDecryption create = task.CreatePartialDecryption;
                return create.Group < (uint)plan.Enrolment.Clients.Count
                    && create.Chunk < (ulong)plan.Parameters.ChunkCount
                    ? Decrypt(key, create)
                    : throw new ProtocolViolationException(
                        ViolationCode.OutOfRange, Party.Server,
                        $"a chunk below {plan.Parameters.ChunkCount} of a group",
                        $"chunk {create.Chunk} of group {create.Group}");
            default:
                return null;
        }
    }

    private static byte[] Decrypt(JointKeyHolder key, CreatePartialDecryption create)
    {
        try
        {
            return key.CreatePartialDecryption(create.Round, (int)create.Group, (long)create.Chunk).Encode();
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Server,
                $"a group of round {create.Round}", $"{create.Group}");
        }
    }

    // A refusal ends the check; the server begins another one.
    private void Check(ListedCiphertext ciphertext)
    {
        if (_check is not { } check)
        {
            throw new ProtocolViolationException(ViolationCode.ChunkOrder, Party.Server,
                "the proposal before its ciphertexts", "a ciphertext");
        }

        try
        {
            check.Handle(ciphertext);
        }
        catch
        {
            EndCheck();
            throw;
        }

        if (check.IsComplete)
        {
            EndCheck();
        }
    }

    private KeyReveal Revealed(ulong epoch) => _reveal is { } reveal && reveal.Dealing.Context.Round == epoch
        ? reveal
        : throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
            "the commitments of the key epoch first", $"key epoch {epoch}");

    private void EndCheck()
    {
        _check?.Dispose();
        _check = null;
    }
}
