"""Parts of a layer."""

import unittest

import torch
from support import PACKAGE_ROOT  # noqa: F401  (sets the path)

from edgefusion_training.block import MASK_BIAS, Attention, TokenMixer, gelu


class Gelu(unittest.TestCase):
    def test_its_gradient_is_right_for_a_gradient_that_is_not_contiguous(self):
        torch.manual_seed(0)
        x, gradient = (torch.randn(8, 32, 16) * 3).requires_grad_(), torch.randn(8, 16, 32).transpose(1, 2)
        (gelu(x) * 1.0).backward(gradient)

        wide = x.detach().double()
        slope = 0.5 * (1.0 + torch.erf(wide / 2 ** 0.5)) + wide * torch.exp(-wide * wide / 2) / (2 * torch.pi) ** 0.5
        self.assertLess(float((slope * gradient - x.grad).abs().max()), 1e-4)


class Hidden(unittest.TestCase):
    def test_hidden_tokens_are_as_good_as_absent(self):
        torch.manual_seed(0)
        x = torch.randn(2, 5, 8)
        keep = torch.tensor([[1.0, 1, 1, 0, 0]]).expand(2, -1)
        for part in (Attention(8, 2), TokenMixer(8, 5)):
            with torch.no_grad():
                self.assertLess(float((part(x, keep)[:, :3] - part(x[:, :3])).abs().max()), 1e-6)

    def test_the_mask_is_finite_in_half_precision_and_exact_in_single(self):
        self.assertTrue(bool(torch.isfinite(torch.tensor(MASK_BIAS).half())))
        self.assertEqual(0.0, float(torch.softmax(torch.tensor([0.0, MASK_BIAS]), dim=0)[1]))


if __name__ == "__main__":
    unittest.main()
